package io.insula.launcher.config;

import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.dispatch.EmbeddingLimits;
import io.insula.api.http.HttpConfig;
import io.insula.api.vizra.VizraModels;
import io.insula.inference.InferenceConfig;
import io.insula.inference.engine.EngineConfig;
import io.insula.launcher.cluster.ClusterConfig;
import io.insula.launcher.management.ManagementConfig;
import io.insula.protocol.ModelName;
import io.insula.store.CacheConfig;
import io.insula.store.UsageWriterConfig;
import java.time.Duration;

/**
 * Every setting of the program, one record a component.
 *
 * @param cluster which cluster the program joins, if any
 * @param adminKeyFile the key of those who run the platform; empty: {@code <home>/admin-key}
 * @param notice how long a stopping program goes on taking requests once it is not ready
 * @param drainTimeout how long a stopping program lets running streams go on
 * @param model the base model that is served
 * @param embeddingModel whether the embedding model is served
 * @param gpu what engines compute on
 */
public record InsulaConfig(
        HttpConfig http,
        DispatchConfig dispatch,
        EmbeddingLimits embedding,
        VizraModels vizra,
        Duration notice,
        Duration drainTimeout,
        ManagementConfig management,
        ClusterConfig cluster,
        String adminKeyFile,
        DatabaseConfig database,
        CacheConfig cache,
        UsageWriterConfig usage,
        UsageSpoolSettings spool,
        ModelName model,
        boolean embeddingModel,
        EngineConfig engine,
        GpuConfig gpu,
        InferenceConfig inference) {

    /** Reads every setting and refuses the unknown ones. */
    public static InsulaConfig from(Settings settings) {
        InsulaConfig config = new InsulaConfig(
                HttpSettings.http(settings),
                HttpSettings.dispatch(settings),
                EmbeddingSettings.limits(settings),
                HttpSettings.vizra(settings),
                settings.duration(
                        "shutdown.notice",
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ofMinutes(60),
                        "how long a stopping program goes on taking requests while /readyz says no and clients are told to"
                                + " connect elsewhere; as long as a load balancer needs to notice"),
                settings.duration(
                        "shutdown.drain-timeout",
                        Duration.ofSeconds(30),
                        Duration.ZERO,
                        Duration.ofMinutes(60),
                        "how long a stopping program lets running streams go on"),
                HttpSettings.management(settings),
                ClusterSettings.cluster(settings),
                ClusterSettings.adminKeyFile(settings),
                StoreSettings.database(settings),
                StoreSettings.cache(settings),
                StoreSettings.usage(settings),
                UsageSpoolSettings.from(settings),
                InferenceSettings.model(settings),
                EmbeddingSettings.enabled(settings),
                InferenceSettings.engine(settings),
                GpuSettings.gpu(settings),
                InferenceSettings.inference(settings));
        settings.refuseUnknown();
        return config;
    }
}
