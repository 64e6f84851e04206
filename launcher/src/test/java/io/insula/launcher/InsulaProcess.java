package io.insula.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The program as a user runs it: a JVM of its own, with a home of its own, without {@code CI} in its environment and
 * with more than 8 KB of command line.
 */
final class InsulaProcess implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final int SIGINT = 2;
    private static final long POLL_NANOS = 2_000_000;
    private static final Pattern BASE_URL = Pattern.compile("base URL +(http://\\S+)");
    private static final Pattern MODEL = Pattern.compile("model +([0-9a-f-]{36})");
    private static final Pattern KEY = Pattern.compile("key +(\\S+)");
    private static final Pattern HEALTH = Pattern.compile("health +(http://[^/\\s]+)");

    final Process process;
    final Path userHome;
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Thread reader;

    private InsulaProcess(Process process, Path userHome) {
        this.process = process;
        this.userHome = userHome;
        reader = new Thread(this::read, "insula-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts {@code insula up} on free ports and waits for its banner. */
    static InsulaProcess up(Path home, String... options) {
        InsulaProcess insula = run(home, upAt(home, options));
        insula.awaitReady(START_LIMIT);
        return insula;
    }

    /** The same of an installed program, which may take so long. */
    static InsulaProcess up(
            Path program, Path home, Map<String, String> environment, Duration limit, String... options) {
        InsulaProcess insula = run(program, home, environment, upAt(home, options));
        insula.awaitReady(limit);
        return insula;
    }

    private static List<String> upAt(Path home, String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("up", "--home", home.toString(), "--port", "0", "--management-port", "0"));
        arguments.addAll(List.of(options));
        return arguments;
    }

    /** Starts any command of the program, without waiting. */
    static InsulaProcess run(Path home, List<String> arguments) {
        Path userHome = userHome(home);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("jvm.options").toAbsolutePath(),
                "-XX:ErrorFile=" + userHome.resolveSibling("crash.log"),
                "-Duser.home=" + userHome,
                "-Dinsula.test.padding=" + "x".repeat(8192),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "io.insula.launcher.Insula");
        return run(command, userHome, Map.of("ORT_DISABLE_TELEMETRY", "1"), arguments);
    }

    /** The same of an installed program, on this Java. */
    static InsulaProcess run(Path program, Path home, Map<String, String> environment, List<String> arguments) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("JAVA_HOME", System.getProperty("java.home"));
        return run(List.of(program.resolve("bin/insula").toString()), userHome(home), variables, arguments);
    }

    private static Path userHome(Path home) {
        return home.resolveSibling(home.getFileName() + "-user");
    }

    private static InsulaProcess run(
            List<String> program, Path userHome, Map<String, String> environment, List<String> arguments) {
        try {
            Files.createDirectories(userHome);
            List<String> command = new ArrayList<>();
            if (interruptsAreIgnored()) {
                command.addAll(List.of("env", "--default-signal=INT"));
            }
            command.addAll(program);
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().remove("CI");
            builder.environment().put("HOME", userHome.toString());
            builder.environment().putAll(environment);
            return new InsulaProcess(builder.start(), userHome);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A shell's background jobs ignore Ctrl-C, and whatever they start inherits that. */
    private static boolean interruptsAreIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(
                        line.substring("SigIgn:".length()).strip(), 16))
                .anyMatch(mask -> (mask & (1L << (SIGINT - 1))) != 0);
    }

    private void read() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
                if (line.contains("Ctrl-C finishes")) {
                    ready.complete(null);
                }
            }
        } catch (IOException e) {
            lines.add("(output ended: " + e.getMessage() + ")");
        }
        ready.completeExceptionally(new IllegalStateException("the program ended before it was ready"));
    }

    private void awaitReady(Duration limit) {
        try {
            ready.get(limit.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("not ready (" + e + "):\n" + output(), e);
        }
    }

    String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    /** Waits until a line of the output contains a text. */
    void awaitLine(String text) {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (!output().contains(text)) {
            if (System.nanoTime() - end > 0 || !process.isAlive()) {
                throw new AssertionError("no '" + text + "' in:\n" + output());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    String baseUrl() {
        return find(BASE_URL);
    }

    String model() {
        return find(MODEL);
    }

    String key() {
        return find(KEY);
    }

    /** {@code http://host:port} of the API. */
    String origin() {
        return baseUrl().substring(0, baseUrl().indexOf("/v1.0"));
    }

    String managementUrl() {
        return find(HEALTH);
    }

    private String find(Pattern pattern) {
        Matcher matcher = pattern.matcher(output());
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in:\n" + output());
        }
        return matcher.group(1);
    }

    /** Sends what Ctrl-C sends. */
    void interrupt() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    }

    int awaitExit(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + limit + ":\n" + output());
        }
        // Children that are left may hold the output open.
        reader.join(Duration.ofSeconds(2));
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
