package io.insula.store.postgres;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;

/**
 * Where the database is, who asks it and how much at a time.
 *
 * @param poolSize at least 1; connections of one program, half of them for pipelined reads
 * @param maxWaitQueueSize at least 0; calls that may wait for a connection before others are refused
 * @param pipelining at least 1; statements on their way on one connection
 * @param timeout for a connection, and for a call as a whole
 */
public record StoreConfig(
        String host,
        int port,
        String database,
        String user,
        String password,
        TlsMode tls,
        int poolSize,
        int maxWaitQueueSize,
        int pipelining,
        Duration timeout) {

    private static final int DEFAULT_PORT = 5432;
    private static final int DEFAULT_POOL_SIZE = 8;
    private static final int DEFAULT_WAIT_QUEUE_SIZE = 1024;
    private static final int DEFAULT_PIPELINING = 16;
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

    public StoreConfig {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
        }
        if (poolSize < 1) {
            throw new IllegalArgumentException("pool size: " + poolSize + " (expected: at least 1)");
        }
        if (maxWaitQueueSize < 0) {
            throw new IllegalArgumentException("max wait queue size: " + maxWaitQueueSize + " (expected: at least 0)");
        }
        if (pipelining < 1) {
            throw new IllegalArgumentException("pipelining: " + pipelining + " (expected: at least 1)");
        }
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: above 0)");
        }
    }

    /**
     * Reads {@code postgresql://user:password@host:port/database?sslmode=verify-full}; without {@code sslmode} a server on
     * this machine is spoken to in clear and any other must prove who it is.
     */
    public static StoreConfig of(String url) {
        URI uri = URI.create(url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url);
        String scheme = uri.getScheme();
        String path = uri.getPath();
        if (uri.getHost() == null
                || path == null
                || path.length() < 2
                || !("postgresql".equals(scheme) || "postgres".equals(scheme))) {
            throw new IllegalArgumentException(
                    "database url: not understood (expected: postgresql://user:password@host:port/database)");
        }
        String credentials = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
        int colon = credentials.indexOf(':');
        return new StoreConfig(
                uri.getHost(),
                uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                path.substring(1),
                decode(colon < 0 ? credentials : credentials.substring(0, colon)),
                decode(colon < 0 ? "" : credentials.substring(colon + 1)),
                tlsMode(uri),
                DEFAULT_POOL_SIZE,
                DEFAULT_WAIT_QUEUE_SIZE,
                DEFAULT_PIPELINING,
                DEFAULT_TIMEOUT);
    }

    public StoreConfig withCredentials(String otherUser, String otherPassword) {
        return new StoreConfig(
                host, port, database, otherUser, otherPassword, tls, poolSize, maxWaitQueueSize, pipelining, timeout);
    }

    /** The same database, asked with other limits. */
    public StoreConfig with(int newPoolSize, int newMaxWaitQueueSize, int newPipelining, Duration newTimeout) {
        return new StoreConfig(
                host, port, database, user, password, tls, newPoolSize, newMaxWaitQueueSize, newPipelining, newTimeout);
    }

    public StoreConfig withPoolSize(int size) {
        return new StoreConfig(host, port, database, user, password, tls, size, maxWaitQueueSize, pipelining, timeout);
    }

    public StoreConfig withTimeout(Duration other) {
        return new StoreConfig(
                host, port, database, user, password, tls, poolSize, maxWaitQueueSize, pipelining, other);
    }

    /** Without the password, which belongs in no log. */
    @Override
    public String toString() {
        return "postgresql://" + user + "@" + host + ":" + port + "/" + database + "?sslmode=" + tls.sslmode();
    }

    private static TlsMode tlsMode(URI uri) {
        TlsMode mode = LOOPBACK.contains(uri.getHost()) ? TlsMode.DISABLE : TlsMode.VERIFY_FULL;
        String query = uri.getRawQuery();
        if (query == null) {
            return mode;
        }
        for (String parameter : query.split("&", -1)) {
            if (!parameter.startsWith("sslmode=")) {
                throw new IllegalArgumentException("database url: '" + parameter + "' (expected: sslmode=…)");
            }
            mode = TlsMode.of(parameter.substring("sslmode=".length()));
        }
        return mode;
    }

    /** A plus sign stands for itself here, unlike in a form. */
    private static String decode(String part) {
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
