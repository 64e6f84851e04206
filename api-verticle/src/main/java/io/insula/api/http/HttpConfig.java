package io.insula.api.http;

import io.insula.api.openai.RequestLimits;
import java.time.Duration;

/**
 * How the HTTP server listens and what it allows.
 *
 * @param host the address it listens on
 * @param port 0..65535; 0 takes a free one
 * @param maxBodyBytes largest request body
 * @param maxHeaderBytes largest request head
 * @param idleTimeout a connection without traffic is closed; longer than the longest answer that is not streamed
 * @param bodyTimeout a request body, or as much of a refused one as is read, arrives within this time
 * @param keepAliveInterval a stream whose first text is awaited says so this often
 * @param slowReaderTimeout a client that takes nothing for this long is given up
 * @param keylessLoopback whether {@code /v1} and {@code /api/vizra-adk} answer requests from this machine without a key
 * @param limits bounds of the request's fields
 */
public record HttpConfig(
        String host,
        int port,
        int maxBodyBytes,
        int maxHeaderBytes,
        Duration idleTimeout,
        Duration bodyTimeout,
        Duration keepAliveInterval,
        Duration slowReaderTimeout,
        boolean keylessLoopback,
        RequestLimits limits) {

    public static final HttpConfig DEFAULT = new HttpConfig(
            "127.0.0.1",
            8000,
            4 << 20,
            16 << 10,
            Duration.ofMinutes(15),
            Duration.ofSeconds(30),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            false,
            RequestLimits.DEFAULT);

    public HttpConfig {
        if (host.isBlank()) {
            throw new IllegalArgumentException("host: blank (expected: an address)");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0..65535)");
        }
        if (maxBodyBytes < 1024) {
            throw new IllegalArgumentException("maxBodyBytes: " + maxBodyBytes + " (expected: >= 1024)");
        }
        if (maxHeaderBytes < 1024) {
            throw new IllegalArgumentException("maxHeaderBytes: " + maxHeaderBytes + " (expected: >= 1024)");
        }
        positive("idleTimeout", idleTimeout);
        positive("bodyTimeout", bodyTimeout);
        positive("keepAliveInterval", keepAliveInterval);
        positive("slowReaderTimeout", slowReaderTimeout);
    }

    /** The same with another address. */
    public HttpConfig listeningOn(String newHost, int newPort) {
        return new HttpConfig(
                newHost,
                newPort,
                maxBodyBytes,
                maxHeaderBytes,
                idleTimeout,
                bodyTimeout,
                keepAliveInterval,
                slowReaderTimeout,
                keylessLoopback,
                limits);
    }

    /** The same with keyless loopback routes switched. */
    public HttpConfig withKeylessLoopback(boolean keyless) {
        return new HttpConfig(
                host,
                port,
                maxBodyBytes,
                maxHeaderBytes,
                idleTimeout,
                bodyTimeout,
                keepAliveInterval,
                slowReaderTimeout,
                keyless,
                limits);
    }

    /** The same with another wait for bodies. */
    public HttpConfig withBodyTimeout(Duration timeout) {
        return new HttpConfig(
                host,
                port,
                maxBodyBytes,
                maxHeaderBytes,
                idleTimeout,
                timeout,
                keepAliveInterval,
                slowReaderTimeout,
                keylessLoopback,
                limits);
    }

    /** The same with other waits for streams. */
    public HttpConfig withStreamTimeouts(Duration keepAlive, Duration slowReader) {
        return new HttpConfig(
                host,
                port,
                maxBodyBytes,
                maxHeaderBytes,
                idleTimeout,
                bodyTimeout,
                keepAlive,
                slowReader,
                keylessLoopback,
                limits);
    }

    private static void positive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
    }
}
