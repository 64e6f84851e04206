package io.insula.bench;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a part of a benchmark in a Java process of its own, so that a crash of native code ends that part alone.
 *
 * <p>The process prints its table to this one's output. What it says on its error stream is kept in a file, which is left
 * behind only when the process fails.
 *
 * @param title names the part in messages
 * @param home where native libraries are unpacked
 * @param arguments of {@link Bench}, without {@code --json}
 */
record ContestProcess(String title, Path home, List<String> arguments) {

    /** A process that a signal ended reports 128 and the signal's number. */
    private static final int SIGNALS = 128;

    ContestProcess {
        arguments = List.copyOf(arguments);
    }

    /**
     * The figures that the process found.
     *
     * @throws BenchmarkException when it failed or crashed
     */
    List<BenchmarkFigure> run() throws InterruptedException, IOException {
        Path figures = Files.createTempFile("insula-bench-", ".json");
        Path errors = Files.createTempFile("insula-bench-", ".log");
        try {
            int status = status(figures, errors);
            if (status != 0) {
                throw new BenchmarkException(failure(status, errors));
            }
            List<BenchmarkFigure> found = BenchmarkFigure.read(figures);
            Files.delete(errors);
            return found;
        } finally {
            Files.delete(figures);
        }
    }

    private int status(Path figures, Path errors) throws InterruptedException, IOException {
        ProcessBuilder builder = new ProcessBuilder(command(figures))
                .redirectOutput(Redirect.INHERIT)
                .redirectError(errors.toFile());
        builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            return process.waitFor();
        } finally {
            process.destroyForcibly();
        }
    }

    private List<String> command(Path figures) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:ErrorFile=" + Path.of(System.getProperty("java.io.tmpdir"), "insula_crash_%p.log"),
                "-DDJL_CACHE_DIR=" + home.resolve("cache"),
                "-cp",
                System.getProperty("java.class.path"),
                Bench.class.getName()));
        command.addAll(arguments);
        command.add("--json");
        command.add(figures.toString());
        return command;
    }

    private String failure(int status, Path errors) throws IOException {
        if (status > SIGNALS) {
            return title + ": its process crashed (signal " + (status - SIGNALS)
                    + "), so its figures are missing; what it said is above or in " + errors;
        }
        // Indented lines are those of a stack trace.
        String last = Files.readAllLines(errors).stream()
                .filter(line -> !line.isBlank() && line.equals(line.stripLeading()))
                .reduce("exit status " + status, (_, line) -> line);
        return title + ": " + last.strip() + " (all it said is in " + errors + ")";
    }
}
