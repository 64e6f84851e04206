package io.insula.launcher.config;

import java.time.Duration;

/**
 * Which database the program uses and how many connections it opens.
 *
 * @param url {@code postgresql://user:password@host:port/database}; empty: the embedded one
 * @param migrate whether a start brings the schema up to date; otherwise it only looks whether somebody has
 * @param pepperFile the secret that access keys are hashed with; empty: {@code <home>/pepper}
 * @param poolSize connections of the program
 * @param maxWaitQueue calls that may wait for a connection
 * @param pipelining statements on their way on one connection
 * @param timeout for a connection and for a call as a whole
 */
public record DatabaseConfig(
        String url,
        boolean migrate,
        String pepperFile,
        int poolSize,
        int maxWaitQueue,
        int pipelining,
        Duration timeout) {

    public DatabaseConfig {
        if (url.isEmpty() && !migrate) {
            throw new ConfigurationException("database.migrate: false (expected: true with the embedded PostgreSQL)");
        }
    }

    /** Whether the program starts its own PostgreSQL under its home. */
    public boolean embedded() {
        return url.isEmpty();
    }

    /** Without the URL, which may hold a password. */
    @Override
    public String toString() {
        return embedded() ? "embedded database" : "external database";
    }
}
