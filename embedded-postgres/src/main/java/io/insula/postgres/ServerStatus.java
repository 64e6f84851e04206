package io.insula.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a server says of itself in {@code postmaster.pid}.
 *
 * <p><b>Source:</b> PostgreSQL's {@code miscadmin.h}, the same lines that {@code pg_ctl --wait} reads.
 */
record ServerStatus(long pid, boolean ready) {

    private static final int STATUS_LINE = 7;

    static Optional<ServerStatus> read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            // No server runs, or it has not come that far.
            return Optional.empty();
        }
        if (lines.isEmpty() || !lines.getFirst().strip().matches("-?\\d{1,10}")) {
            return Optional.empty();
        }
        boolean ready =
                lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready");
        return Optional.of(
                new ServerStatus(Math.abs(Long.parseLong(lines.getFirst().strip())), ready));
    }
}
