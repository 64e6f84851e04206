package io.insula.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * A server or load generator in a process of its own, with the processor time that it has used.
 *
 * <p>Ends with this program, however this program ends.
 */
public final class ChildProcess implements AutoCloseable {

    private static final String READY = "ready ";
    private static final String ENDED = "nothing, and ended";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final long MICROS_PER_TICK = 10_000;
    /** As the kernel writes 127.0.0.1, the same in IPv6, and ::1. */
    private static final Set<String> LOOPBACK =
            Set.of("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000");

    private static final int UTIME = 11;
    private static final int STIME = 12;

    private final Process process;
    private final BufferedReader output;
    private final BufferedWriter input;
    private final Thread ending;

    private ChildProcess(Process process) {
        this.process = process;
        this.output = process.inputReader();
        this.input = process.outputWriter();
        this.ending = new Thread(process::destroy, "child-end");
        Runtime.getRuntime().addShutdownHook(ending);
    }

    /** Starts a main class of this class path. */
    public static ChildProcess java(Class<?> main, Path folder, List<String> options, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-modules=java.se",
                "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-opens=java.management/sun.management=ALL-UNNAMED",
                "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
                "-Dlogback.configurationFile=" + logging(folder, main.getSimpleName()),
                "-Xmx1g"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return start(command, folder, main.getSimpleName());
    }

    /** Starts a command whose standard output is its own affair. */
    public static ChildProcess start(List<String> command, Path folder, String name) throws IOException {
        File errors = folder.resolve(name + ".err").toFile();
        return new ChildProcess(
                new ProcessBuilder(command).redirectError(errors).start());
    }

    private static Path logging(Path folder, String name) throws IOException {
        Path file = folder.resolve(name + "-logback.xml");
        Files.writeString(file, """
                <configuration>
                  <appender name="file" class="ch.qos.logback.core.FileAppender">
                    <file>%s</file>
                    <append>false</append>
                    <encoder><pattern>%%d %%-5level %%logger - %%msg%%n</pattern></encoder>
                  </appender>
                  <root level="INFO"><appender-ref ref="file"/></root>
                </configuration>
                """.formatted(folder.resolve(name + ".log").toAbsolutePath()));
        return file;
    }

    /** In the child: says a line to who started it. */
    @SuppressWarnings("checkstyle:RegexpSinglelineJava") // The child's standard output is how it is heard.
    public static void say(String line) {
        System.out.println(line);
    }

    /** In the child: tells the port and waits for the end of the standard input. */
    public static void ready(int port) throws IOException {
        say(READY + port);
        while (System.in.read() >= 0) {
            // Nothing is said to a server but the end.
        }
    }

    /** The port that the child says it listens on. */
    public int port() {
        String line = line();
        // A profiler's agent may say something first.
        while (!line.startsWith(READY)) {
            if (line.equals(ENDED)) {
                throw new BenchmarkException("A server of the benchmark did not start: it said " + ENDED + ".");
            }
            line = line();
        }
        return Integer.parseInt(line.substring(READY.length()));
    }

    /** Says a line and returns the line that is said to it. */
    public String ask(String question) throws IOException {
        input.write(question);
        input.newLine();
        input.flush();
        return line();
    }

    /** The next line that it says. */
    public String line() {
        CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> {
            try {
                String read = output.readLine();
                return read == null ? ENDED : read;
            } catch (IOException e) {
                return String.valueOf(e.getMessage());
            }
        });
        try {
            return line.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new BenchmarkException(
                    "A process of the benchmark said nothing for " + PATIENCE.toSeconds() + " s.", e);
        } catch (ExecutionException e) {
            throw new BenchmarkException("A process of the benchmark cannot be heard.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("The benchmark was interrupted.", e);
        }
    }

    /** Waits until somebody listens on a loopback port, and nobody on another address with it. */
    public void awaitListening(int port) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!listens(port)) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                throw new BenchmarkException("The peer does not listen on port " + port + ".");
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        requireLoopback(port);
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private void requireLoopback(int port) throws IOException {
        String ending = String.format(":%04X", port);
        for (String table : new String[] {"tcp", "tcp6"}) {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "net", table))) {
                String[] fields = line.strip().split("\\s+", -1);
                boolean listening = fields.length > 3 && fields[1].endsWith(ending) && fields[3].equals("0A");
                if (listening && !LOOPBACK.contains(fields[1].substring(0, fields[1].length() - ending.length()))) {
                    throw new BenchmarkException("The peer listens on other addresses than loopback; it is stopped.");
                }
            }
        }
    }

    /** Processor time of all its threads so far, user and system. */
    public long cpuMicros() throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) * MICROS_PER_TICK;
    }

    /** Memory that it holds at the moment, its heap included. */
    public long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IOException("process " + process.pid() + " tells no resident memory");
    }

    /** Ends a program that does not end with its standard input. */
    public void terminate() {
        process.destroy();
        close();
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(ending);
        try {
            input.close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroy();
            }
        } catch (IOException e) {
            // It has ended already.
            process.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
        }
    }
}
