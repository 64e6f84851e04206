package io.insula.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Home directories for tests: empty but for the starter model, which is linked, not copied. */
final class TestHomes {

    private TestHomes() {}

    static Path withStarterModel(Path home) {
        Path source = Path.of(System.getProperty("insula.test.home"), "models");
        if (!Files.isDirectory(source)) {
            throw new AssertionError("the starter model is missing in " + source + ": './insula test' fetches it");
        }
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target =
                        home.resolve("models").resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.createLink(target, file);
                }
            }
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
