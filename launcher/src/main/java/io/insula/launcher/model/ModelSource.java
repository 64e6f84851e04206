package io.insula.launcher.model;

import io.insula.launcher.terminal.Progress;
import java.nio.file.Path;

/** Fetches a model's file from one kind of place. */
interface ModelSource {

    /** What and where, for the person who waits: "the Hugging Face hub (…)". */
    String description();

    /** The name of this source's partial file, so that sources do not continue each other's. */
    String partSuffix();

    /**
     * Writes the file to {@code part}, continuing what is there where the source can. The content is not yet trusted.
     *
     * @throws SourceFailure when the source has no file for us; a part that can be continued later stays
     */
    void fetch(CatalogModel model, Path part, Progress progress) throws SourceFailure, InterruptedException;

    /** Why a source gave no file, in words for the person who waits. */
    sealed class SourceFailure extends Exception permits PolicedClient.StatusFailure {

        private static final long serialVersionUID = 1L;

        SourceFailure(String message) {
            super(message);
        }

        SourceFailure(String message, Throwable cause) {
            super(message, cause);
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }
}
