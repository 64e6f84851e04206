package io.insula.api.dispatch;

import io.insula.protocol.EngineStatus;
import io.insula.protocol.Leases;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an inference node last said, and what is known of it beside that. */
final class Lease {

    final NodeId node;
    final long nodeHash;
    /** Streams that it was given since it last spoke. */
    int charged;

    private final Map<ModelName, EngineSpeed> speeds = new HashMap<>();
    private @Nullable EngineStatus status;
    private long arrivedNanos;

    Lease(NodeId node) {
        this.node = node;
        this.nodeHash = Rendezvous.hash(node.value());
    }

    void renew(EngineStatus newest, long now) {
        status = newest;
        arrivedNanos = now;
        charged = 0;
        speeds.keySet()
                .removeIf(model -> newest.models().stream()
                        .noneMatch(known -> known.model().equals(model)));
        newest.models()
                .forEach(model -> speeds.computeIfAbsent(model.model(), name -> new EngineSpeed())
                        .reported(model.tokensPerSecond()));
    }

    EngineStatus status() {
        return Objects.requireNonNull(status);
    }

    boolean expired(long now) {
        return now - arrivedNanos > Leases.DURATION.toNanos();
    }

    /** It could not be heard for so long. */
    void excuse(long nanos) {
        arrivedNanos += nanos;
    }

    /** What it says of a base model; null when it does not serve it. */
    @Nullable
    ModelStatus model(ModelName name) {
        for (ModelStatus model : status().models()) {
            if (model.model().equals(name)) {
                return model;
            }
        }
        return null;
    }

    /** Tokens a second of one stream; 0 while unknown. */
    double speed(ModelName model) {
        EngineSpeed speed = speeds.get(model);
        return speed == null ? 0 : speed.tokensPerSecond();
    }
}
