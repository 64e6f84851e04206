package io.insula.launcher.model;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;

/** For tests alone: a server on this machine, over plain HTTP, and nothing else. */
final class LoopbackPolicy implements AddressPolicy {

    @Override
    public boolean allows(URI uri) {
        return "http".equals(uri.getScheme());
    }

    @Override
    public boolean allows(InetAddress address) {
        return address.isLoopbackAddress();
    }

    @Override
    public String expected() {
        return "a test's own server";
    }

    static DownloadSettings settings(URI hub) {
        // Long enough for a busy machine, which is no stalled hub.
        return settings(hub, Duration.ofSeconds(3));
    }

    /** @param stall after how long without a byte a hub is given up */
    static DownloadSettings settings(URI hub, Duration stall) {
        return new DownloadSettings(hub, new LoopbackPolicy(), Duration.ofSeconds(5), stall, Duration.ofSeconds(20));
    }
}
