package io.insula.bench;

import io.insula.launcher.terminal.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The quantisations that the engines are compared at. */
enum ModelType {
    /** The file as it is published. */
    Q4_1,
    /** The same weights without offsets, made of the published file. */
    Q4_0;

    /** The model file of this type, written when it is not there. */
    Path file(EngineBenchmarkOptions options, Progress progress) throws IOException {
        if (this == Q4_1) {
            return options.model();
        }
        String name = String.valueOf(options.model().getFileName()).replaceFirst("(\\.Q4_1)?\\.gguf$", "");
        Path target = options.folder().resolve(name + ".from-Q4_1.Q4_0.gguf");
        if (!Files.exists(target)) {
            progress.line("Writing " + target);
            Path part = Files.createTempFile(options.folder(), "requantise", ".part");
            try {
                Requantizer.toQ40(options.model(), part);
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        }
        return target;
    }
}
