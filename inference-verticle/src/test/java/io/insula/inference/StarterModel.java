package io.insula.inference;

import java.nio.file.Files;
import java.nio.file.Path;

/** The starter model's file, for tests that need a real model: they fail without it. */
public final class StarterModel {

    private StarterModel() {}

    public static Path path() {
        Path path = Path.of(System.getProperty("insula.test.model", "target/models/SmolLM2-135M-Instruct.Q4_1.gguf"));
        if (!Files.isRegularFile(path)) {
            throw new AssertionError("The starter model is missing at " + path.toAbsolutePath()
                    + "; './insula test' fetches it before the tests.");
        }
        return path;
    }
}
