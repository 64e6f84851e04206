package io.insula.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a server's messages to a file and its predecessor, each of bounded size, and remembers the last lines. */
final class ServerLog {

    private static final Logger LOG = LoggerFactory.getLogger(ServerLog.class);
    private static final long MAX_BYTES = 8L << 20;
    private static final int TAIL_LINES = 20;

    private final Path file;
    private final Thread reader;
    private final Deque<String> tail = new ArrayDeque<>();

    private ServerLog(Process process, Path file) {
        this.file = file;
        this.reader = Thread.ofPlatform().daemon().name("postgres-log").unstarted(() -> copy(process));
    }

    /** Follows until the process ends. */
    static ServerLog follow(Process process, Path file) throws IOException {
        PrivateFiles.createDirectories(file.resolveSibling("."));
        ServerLog log = new ServerLog(process, file);
        log.reader.start();
        return log;
    }

    /** The last lines of a process that has ended. */
    String tail() throws InterruptedException {
        reader.join();
        synchronized (tail) {
            return String.join("\n", tail);
        }
    }

    private void copy(Process process) {
        try (BufferedReader in = process.inputReader()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                remember(line);
                rotateWhenFull();
                Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            LOG.warn("The messages of PostgreSQL are no longer written to {}", file, e);
        }
    }

    private void remember(String line) {
        synchronized (tail) {
            tail.addLast(line);
            if (tail.size() > TAIL_LINES) {
                tail.removeFirst();
            }
        }
    }

    private void rotateWhenFull() throws IOException {
        if (Files.exists(file) && Files.size(file) > MAX_BYTES) {
            Files.move(file, file.resolveSibling("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
