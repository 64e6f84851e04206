package io.insula.launcher.cluster;

import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What the clustered event bus is told: where it listens, how soon a silent peer is given up, whom it believes. */
final class ClusterBus {

    private static final Duration PING_INTERVAL = Duration.ofSeconds(2);
    /** What is on its way is lost with a connection that is given up: not where the peer is only busy. */
    private static final Duration PING_PATIENCE = Duration.ofSeconds(4);
    /** Peers ping; who connects and says nothing is none. */
    private static final Duration MOST_SILENCE = Duration.ofSeconds(30);

    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(2);

    private ClusterBus() {}

    static EventBusOptions options(ClusterConfig cluster, ClusterPlace place) {
        EventBusOptions options = new EventBusOptions()
                .setHost(place.address().getHostAddress())
                .setPort(place.busPort())
                .setClusterPublicHost(place.busHost())
                .setClusterPublicPort(place.busPort())
                .setClusterPingInterval(PING_INTERVAL.toMillis())
                .setClusterPingReplyInterval(PING_PATIENCE.toMillis())
                .setConnectTimeout((int) CONNECT_PATIENCE.toMillis())
                .setReadIdleTimeout((int) MOST_SILENCE.toSeconds())
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setTcpNoDelay(true)
                .setTrustAll(false);
        cluster.tls()
                .ifPresent(tls -> options.setSsl(true)
                        .setClientAuth(ClientAuth.REQUIRED)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .setCertPath(tls.certificate().toString())
                                .setKeyPath(tls.key().toString()))
                        .setTrustOptions(new PemTrustOptions()
                                .addCertPath(tls.authority().toString())));
        return options;
    }
}
