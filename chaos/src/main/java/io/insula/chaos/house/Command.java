package io.insula.chaos.house;

import io.insula.chaos.ChaosException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs short commands of the system. */
final class Command {

    private static final long LIMIT_SECONDS = 10;

    private Command() {}

    /** Runs a command, its words separated by single spaces, that must succeed; returns what it said. */
    static String run(String words) {
        List<String> command = Arrays.asList(words.split(" ", -1));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new ChaosException("'" + words + "' does not end.");
            }
            if (process.exitValue() != 0) {
                throw new ChaosException("'" + words + "' failed: " + said.strip());
            }
            return said;
        } catch (IOException e) {
            throw new ChaosException("'" + words + "' cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChaosException("Interrupted.", e);
        }
    }

    /** Whether a command succeeds. */
    static boolean succeeds(String words) {
        try {
            run(words);
            return true;
        } catch (ChaosException e) {
            return false;
        }
    }
}
