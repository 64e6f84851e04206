package io.insula.inference.models;

import io.insula.inference.admission.AdmittedModel;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * One model of the pool: whether it is loaded, since when it was not used, who holds it.
 *
 * <p><b>Thread:</b> the pool's event loop.
 */
final class PooledModel {

    final LoadableModel model;

    /** The load under way, or the one that succeeded; null while it is not loaded. */
    @Nullable
    Future<AdmittedModel> loading;

    @Nullable
    AdmittedModel admitted;

    @Nullable
    OpenModel open;

    int holders;
    long usedAt;
    long loadAtNanos;
    String failure = "";

    /** What its engine said of itself when it was last loaded. */
    private String fingerprint = "";

    PooledModel(LoadableModel model, long nowNanos) {
        this.model = model;
        this.loadAtNanos = nowNanos;
    }

    /** Whether it can make room: it is loaded, nobody holds it and nothing runs on it. */
    boolean evictable() {
        return admitted != null
                && holders == 0
                && admitted.scheduler().whenIdle().isDone();
    }

    /**
     * What this model can take right now under one of its names.
     *
     * @param queueCapacity commands that may wait for its load
     * @param loadable whether it would be loaded for a command
     */
    ModelStatus status(ModelName name, int queueCapacity, boolean loadable) {
        if (admitted == null) {
            return new ModelStatus(
                    name, fingerprint, model.contextTokens(), 0, 0, 0, holders, loadable ? queueCapacity : 0);
        }
        ModelStatus loaded = admitted.scheduler().status();
        fingerprint = loaded.fingerprint();
        return new ModelStatus(
                name,
                loaded.fingerprint(),
                loaded.contextTokens(),
                loaded.slots(),
                loaded.freeSlots(),
                loaded.queuedTokens(),
                loaded.queuedStreams(),
                loaded.queueCapacity(),
                loaded.tokensPerSecond());
    }
}
