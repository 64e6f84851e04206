package io.insula.launcher.cluster;

import org.jspecify.annotations.Nullable;

/**
 * Where another node of the cluster can be asked to join.
 *
 * @param host a name or an address, without brackets
 * @param port of its membership traffic
 */
public record Endpoint(String host, int port) {

    public static final int DEFAULT_PORT = 5701;

    private static final int MOST = 65_535;

    public Endpoint {
        if (host.isBlank() || host.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("'" + host + "' (expected: a host name or an address)");
        }
        if (port < 1 || port > MOST) {
            throw new IllegalArgumentException("'" + host + "': port " + port + " (expected: 1.." + MOST + ")");
        }
    }

    /** Reads {@code host}, {@code host:port} or {@code [address]:port}. */
    public static Endpoint parse(String text) {
        int close = text.startsWith("[") ? text.indexOf(']') : -1;
        int colon = text.lastIndexOf(':');
        if (close > 0) {
            String host = text.substring(1, close);
            return close == text.length() - 1
                    ? new Endpoint(host, DEFAULT_PORT)
                    : new Endpoint(host, port(text, text.substring(close + 1)));
        }
        if (colon >= 0 && text.indexOf(':') != colon) {
            throw new IllegalArgumentException("'" + text + "' (expected: [address]:port)");
        }
        return colon < 0
                ? new Endpoint(text, DEFAULT_PORT)
                : new Endpoint(text.substring(0, colon), port(text, text.substring(colon)));
    }

    private static int port(String text, String afterHost) {
        @Nullable Integer port = afterHost.matches(":[0-9]{1,5}") ? Integer.valueOf(afterHost.substring(1)) : null;
        if (port == null) {
            throw new IllegalArgumentException("'" + text + "' (expected: host:port)");
        }
        return port;
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
