package io.insula.launcher.config;

import com.sun.management.OperatingSystemMXBean;
import io.insula.inference.InferenceConfig;
import io.insula.inference.admission.AdmissionConfig;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.KvType;
import io.insula.inference.models.PoolConfig;
import io.insula.inference.schedule.SchedulerConfig;
import io.insula.launcher.model.ModelCatalog;
import io.insula.protocol.ModelName;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;

/** Reads what the inference side is told: the model, its engine, its scheduler and its door. */
final class InferenceSettings {

    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private InferenceSettings() {}

    static ModelName model(Settings settings) {
        String name = settings.text(
                "model.name",
                ModelCatalog.STARTER.name().value(),
                "the base model that is loaded at the start; others on demand");
        try {
            return new ModelName(name);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("model.name: " + e.getMessage());
        }
    }

    static EngineConfig engine(Settings settings) {
        EngineConfig standard = EngineConfig.defaults();
        return new EngineConfig(
                settings.integer(
                        "engine.threads",
                        standard.threads(),
                        0,
                        1024,
                        "computing threads, which all models share; in exact mode a model with fewer heads has as many of its own; 0: one for each processor"),
                settings.flag(
                        "engine.spinning",
                        standard.allowSpinning(),
                        "idle computing threads wait busily: faster on dedicated cores, much slower on shared ones"),
                settings.size(
                        "engine.kv-budget",
                        standard.kvBudgetBytes(),
                        1,
                        1L << 50,
                        "memory that all key/value caches together may reach"),
                settings.integer(
                        "engine.slot-tokens",
                        standard.slotTokens(),
                        2,
                        10_000_000,
                        "tokens of one slot, the longest prompt plus answer; at most the model's context"),
                settings.integer("engine.max-slots", standard.maxSlots(), 1, 1024, "the most streams at once"),
                settings.flag(
                        "engine.exact",
                        standard.exact(),
                        "a stream's tokens do not depend on what runs beside it; without, one stream alone is faster on"
                                + " processors without AVX-512"),
                settings.choice(
                        "engine.kv-type",
                        standard.kvType(),
                        List.of(KvType.values()),
                        "how keys and values are kept; int8: in a quarter of the memory, with a small loss"));
    }

    static InferenceConfig inference(Settings settings) {
        AdmissionConfig door = AdmissionConfig.DEFAULT;
        SchedulerConfig scheduler = SchedulerConfig.DEFAULT;
        return new InferenceConfig(
                new AdmissionConfig(
                        settings.integer(
                                "admission.pending",
                                door.pendingCommands(),
                                1,
                                100_000,
                                "prompts rendered at once; more are refused as overload"),
                        settings.duration(
                                "admission.memory", door.memory(), MILLI, HOUR, "how long answers are remembered"),
                        settings.integer(
                                "admission.remembered",
                                door.remembered(),
                                1,
                                10_000_000,
                                "how many answers are remembered at most")),
                new SchedulerConfig(
                        settings.integer(
                                "scheduler.prefill-chunk",
                                scheduler.prefillChunkTokens(),
                                2,
                                8192,
                                "prompt tokens of one engine call at most; fewer while streams run"),
                        settings.integer(
                                "scheduler.queue-streams",
                                scheduler.queueStreams(),
                                0,
                                100_000,
                                "streams that may wait for a slot; above it: 503"),
                        settings.integer(
                                "scheduler.queue-tokens",
                                scheduler.queueTokens(),
                                1,
                                Integer.MAX_VALUE,
                                "tokens of prompts and longest answers that may wait for a slot; above it: 503"),
                        settings.duration(
                                "scheduler.restart-delay",
                                scheduler.restartDelay(),
                                MILLI,
                                HOUR,
                                "how long after a failed start an engine is started again; up to 12 times as long while it goes on failing"),
                        settings.duration(
                                "scheduler.stall-timeout",
                                scheduler.stallTimeout(),
                                Duration.ofMillis(100),
                                HOUR,
                                "a step that takes this long, and five times what steps took of late, hangs: its streams go"
                                        + " to other nodes"),
                        settings.size(
                                "scheduler.prefix-cache",
                                scheduler.prefixBytes(),
                                0,
                                1L << 50,
                                "memory for the beginnings of prompts, none of which is computed twice; 0: no cache"),
                        settings.size(
                                "scheduler.preemption-memory",
                                scheduler.preemptionBytes(),
                                0,
                                1L << 50,
                                "memory for streams that give their slot to another tenant, and for the prompts of"
                                        + " requests for more answers than there are slots; 0: the tenant waits until"
                                        + " one ends, and such requests are refused")),
                EmbeddingSettings.engine(settings),
                pool(settings),
                GrammarSettings.grammar(settings));
    }

    private static PoolConfig pool(Settings settings) {
        long bytes = settings.size(
                "model.memory-budget",
                0,
                0,
                1L << 50,
                "memory that all loaded models may take, 2.5 times their files and engine.kv-budget each;"
                        + " 0: three quarters of the machine's; on a GPU what of it is free at the start");
        Duration retryDelay = settings.duration(
                "model.retry-delay",
                PoolConfig.DEFAULT.retryDelay(),
                MILLI,
                HOUR,
                "how long after a failed load a model is not loaded again");
        return new PoolConfig(bytes == 0 ? machineBytes() / 4 * 3 : bytes, retryDelay);
    }

    private static long machineBytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }
}
