package io.insula.launcher.model;

import io.insula.protocol.ModelName;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a person names a model to pull by. */
public sealed interface ModelReference {

    /** A model of the catalogue. */
    record Named(ModelName name) implements ModelReference {}

    /**
     * A file of a repository of the Hugging Face hub.
     *
     * @param repository {@code owner/name}
     * @param selector a file's name, or a part of it such as {@code Q4_K_M}; empty when the repository holds one file
     */
    record OnHub(String repository, String selector) implements ModelReference {}

    /** A file at a URL. */
    record At(URI uri) implements ModelReference {

        /** The last part of the path. */
        String fileName() {
            String path = uri.getPath() == null ? "" : uri.getPath();
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }

    /** {@code name}, {@code owner/repository[:file or quantisation]} or {@code https://…/file.gguf}. */
    static ModelReference parse(String text) {
        if (text.contains("://")) {
            return at(text);
        }
        if (text.contains("/")) {
            Matcher parts = Pattern.compile("([\\w.-]+/[\\w.-]+)(?::(.+))?").matcher(text);
            if (!parts.matches()) {
                throw new ModelException(
                        text + ": no reference to the hub (expected: owner/repository[:file or quantisation])");
            }
            return new OnHub(parts.group(1), parts.group(2) == null ? "" : parts.group(2));
        }
        try {
            return new Named(new ModelName(text));
        } catch (IllegalArgumentException e) {
            throw new ModelException(String.valueOf(e.getMessage()), e);
        }
    }

    private static At at(String text) {
        try {
            At reference = new At(URI.create(text));
            if (!ModelStore.isModelFile(reference.fileName())) {
                throw new ModelException(text + ": not a GGUF file (expected: a path that ends in .gguf)");
            }
            return reference;
        } catch (IllegalArgumentException e) {
            throw new ModelException(text + ": no URL: " + e.getMessage(), e);
        }
    }
}
