package io.insula.launcher.management;

/**
 * Where the management port listens.
 *
 * @param host loopback unless a scraper on another machine must reach it
 * @param port 0 takes a free one
 */
public record ManagementConfig(String host, int port) {

    public ManagementConfig {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("management.port: " + port + " (expected: 0..65535)");
        }
    }
}
