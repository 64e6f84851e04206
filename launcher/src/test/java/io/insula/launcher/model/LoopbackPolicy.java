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
        return new DownloadSettings(
                hub, new LoopbackPolicy(), Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(20));
    }
}
