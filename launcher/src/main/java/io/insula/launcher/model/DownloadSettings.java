package io.insula.launcher.model;

import java.net.URI;
import java.time.Duration;

/**
 * Where models come from and how patiently they are waited for.
 *
 * @param hub the Hugging Face hub, or a mirror of it
 * @param policy what may be contacted
 * @param connect the longest time to a connection
 * @param stall the longest time without a byte
 * @param total the longest time for a whole file
 */
record DownloadSettings(URI hub, AddressPolicy policy, Duration connect, Duration stall, Duration total) {

    static DownloadSettings standard() {
        return new DownloadSettings(
                URI.create("https://huggingface.co/"),
                AddressPolicy.PUBLIC_HTTPS,
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                Duration.ofHours(6));
    }
}
