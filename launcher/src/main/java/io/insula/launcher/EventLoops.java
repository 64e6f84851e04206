package io.insula.launcher;

import io.insula.launcher.cluster.Membership;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.micrometer.VertxPrometheusOptions;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/** Makes the program's one Vert.x, with its meters, alone or in a cluster. */
final class EventLoops {

    private EventLoops() {}

    /** Starts; in a cluster it completes when this node has joined. */
    static Future<Vertx> start(PrometheusMeterRegistry registry, @Nullable Membership membership) {
        VertxOptions options = new VertxOptions().setMetricsOptions(metrics());
        VertxBuilder builder = Vertx.builder().withMetrics(new MicrometerMetricsFactory(registry));
        if (membership == null) {
            return Future.succeededFuture(builder.with(options).build());
        }
        return builder.with(membership.configure(options))
                .withClusterManager(membership.manager())
                .buildClustered();
    }

    private static MicrometerMetricsOptions metrics() {
        return new MicrometerMetricsOptions()
                .setEnabled(true)
                .setPrometheusOptions(new VertxPrometheusOptions().setEnabled(true))
                // Reply addresses would be labels without bound; pools and clients would register one gauge twice.
                .addDisabledMetricsCategory(MetricsDomain.EVENT_BUS)
                .addDisabledMetricsCategory(MetricsDomain.NAMED_POOLS)
                .addDisabledMetricsCategory(MetricsDomain.NET_CLIENT)
                .setLabels(EnumSet.of(Label.HTTP_METHOD, Label.HTTP_CODE, Label.HTTP_ROUTE));
    }
}
