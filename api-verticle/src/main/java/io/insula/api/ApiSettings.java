package io.insula.api;

import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.dispatch.EmbeddingLimits;
import io.insula.api.http.HttpConfig;
import io.insula.api.vizra.VizraModels;
import io.insula.protocol.NodeDepartures;
import io.insula.protocol.NodeId;
import io.insula.store.AccessKeys;
import io.insula.store.AssistantConfigs;
import io.insula.store.UsageEntry;
import io.insula.store.UsageKeeper;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What the HTTP verticles of one node share.
 *
 * @param node this process
 * @param drainTimeout how long a stopping server lets running answers go on
 * @param ledger takes each usage entry at once, on any event loop, and never blocks
 * @param departures of inference nodes
 * @param keeper takes usage that engines report of other nodes' streams
 */
public record ApiSettings(
        NodeId node,
        HttpConfig http,
        DispatchConfig dispatch,
        EmbeddingLimits embedding,
        VizraModels vizraModels,
        Duration drainTimeout,
        AccessKeys keys,
        AssistantConfigs configs,
        Consumer<UsageEntry> ledger,
        MeterRegistry meters,
        NodeDepartures departures,
        UsageKeeper keeper) {

    /**
     * Where the ends of leases alone tell of nodes that are gone, and with a keeper that promises no more than the ledger
     * does.
     */
    public ApiSettings(
            NodeId node,
            HttpConfig http,
            DispatchConfig dispatch,
            EmbeddingLimits embedding,
            VizraModels vizraModels,
            Duration drainTimeout,
            AccessKeys keys,
            AssistantConfigs configs,
            Consumer<UsageEntry> ledger,
            MeterRegistry meters) {
        this(
                node,
                http,
                dispatch,
                embedding,
                vizraModels,
                drainTimeout,
                keys,
                configs,
                ledger,
                meters,
                NodeDepartures.NONE,
                entry -> {
                    ledger.accept(entry);
                    return Future.succeededFuture();
                });
    }

    /** With the standard limits of embeddings. */
    public ApiSettings(
            NodeId node,
            HttpConfig http,
            DispatchConfig dispatch,
            VizraModels vizraModels,
            Duration drainTimeout,
            AccessKeys keys,
            AssistantConfigs configs,
            Consumer<UsageEntry> ledger,
            MeterRegistry meters) {
        this(node, http, dispatch, EmbeddingLimits.DEFAULT, vizraModels, drainTimeout, keys, configs, ledger, meters);
    }
}
