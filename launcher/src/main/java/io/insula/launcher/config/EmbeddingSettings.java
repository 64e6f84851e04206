package io.insula.launcher.config;

import io.insula.api.dispatch.EmbeddingLimits;
import io.insula.inference.embed.EmbeddingConfig;
import java.time.Duration;

/** Reads what both sides are told about embeddings. */
final class EmbeddingSettings {

    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private EmbeddingSettings() {}

    static EmbeddingLimits limits(Settings settings) {
        EmbeddingLimits standard = EmbeddingLimits.DEFAULT;
        return new EmbeddingLimits(
                settings.integer(
                        "request.max-embedding-inputs",
                        standard.maxInputs(),
                        1,
                        100_000,
                        "texts of one embeddings request"),
                settings.integer(
                        "dispatch.embedding-texts",
                        standard.textsPerCommand(),
                        1,
                        1024,
                        "texts of a request that an engine is given at once"),
                settings.duration(
                        "dispatch.embedding-timeout",
                        standard.replyTimeout(),
                        MILLI,
                        HOUR,
                        "an engine that has not embedded the texts by then is passed over"));
    }

    static boolean enabled(Settings settings) {
        return settings.flag("embedding.enabled", true, "the embedding model all-minilm-l6-v2 is served");
    }

    static EmbeddingConfig engine(Settings settings) {
        EmbeddingConfig standard = EmbeddingConfig.DEFAULT;
        return new EmbeddingConfig(
                settings.integer(
                        "embedding.max-tokens", standard.maxTokens(), 8, 512, "tokens of a text; a longer one: 400"),
                settings.integer(
                        "embedding.batch-tokens",
                        standard.batchTokens(),
                        512,
                        1 << 20,
                        "tokens that one run of the embedding model computes, padding included"),
                settings.integer(
                        "embedding.queue-texts",
                        standard.queueTexts(),
                        1,
                        1_000_000,
                        "texts that may wait to be embedded; above it: 503"),
                settings.duration(
                        "embedding.restart-delay",
                        standard.restartDelay(),
                        MILLI,
                        HOUR,
                        "how long after a failure the embedding model is loaded again"));
    }
}
