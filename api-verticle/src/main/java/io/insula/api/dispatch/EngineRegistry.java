package io.insula.api.dispatch;

import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Knows which engines live, by the leases they publish, and which of them to ask.
 *
 * <p>An engine that keeps failing is set aside by its {@link Breaker}. One that has no engine for a model and no queue either
 * is not asked for it.
 *
 * <p><b>Thread:</b> one event loop.
 */
public final class EngineRegistry {

    /** What a node that is gone has sent before may still arrive. */
    private static final long ECHO_NANOS = Duration.ofSeconds(1).toNanos();

    private final Map<NodeId, Lease> leases = new HashMap<>();
    private final RecentNodes<Breaker> breakers = new RecentNodes<>();
    private final RecentNodes<Long> leftNanos = new RecentNodes<>();
    private final Set<ModelName> knownBaseModels = new HashSet<>();
    private final Set<ModelName> known = new HashSet<>();
    private final Duration setAside;
    private final LongSupplier nanoClock;

    /**
     * @param setAside how long an engine that keeps failing is not asked at first
     * @param nanoClock monotonic nanoseconds
     */
    public EngineRegistry(Duration setAside, LongSupplier nanoClock) {
        this.setAside = setAside;
        this.nanoClock = nanoClock;
    }

    /** Starts or renews a node's lease; a node that shares no protocol version with this one gets none. */
    public void renew(EngineStatus status) {
        if (status.newestVersion() < ProtocolCodecs.OLDEST_VERSION || status.oldestVersion() > ProtocolCodecs.VERSION) {
            return;
        }
        long now = nanoClock.getAsLong();
        Long left = leftNanos.get(status.node());
        if (left != null && now - left < ECHO_NANOS) {
            return;
        }
        Lease lease = leases.get(status.node());
        if (lease == null) {
            lease = new Lease(status.node());
            leases.put(status.node(), lease);
        }
        lease.renew(status, now);
        status.embeddings().forEach(embedding -> known.add(embedding.model()));
        status.models().forEach(model -> knownBaseModels.add(model.model()));
    }

    /** Forgets a node that could not be reached, until it speaks again. */
    void forget(NodeId node) {
        leases.remove(node);
    }

    /** Forgets a node that left the cluster; what it had said before is not heard any more. */
    void left(NodeId node) {
        leases.remove(node);
        leftNanos.put(node, nanoClock.getAsLong());
    }

    boolean isAlive(NodeId node) {
        return lease(node) != null;
    }

    /** What a living node says of one of its base models; empty when it says nothing. */
    Optional<ModelStatus> model(NodeId node, ModelName model) {
        Lease lease = lease(node);
        return lease == null ? Optional.empty() : Optional.ofNullable(lease.model(model));
    }

    /** The newest protocol version that the node reads; 0 for a node without a lease. */
    int newestVersion(NodeId node) {
        Lease lease = leases.get(node);
        return lease == null ? 0 : lease.status().newestVersion();
    }

    /** Lets all leases run longer by the time in which this process could not hear. */
    void excuse(long nanos) {
        leases.values().forEach(lease -> lease.excuse(nanos));
    }

    /** Nodes with a lease. */
    public int size() {
        return alive().size();
    }

    /** Counts a stream against a node until its next status includes it. */
    void charge(NodeId node) {
        Lease lease = leases.get(node);
        if (lease != null) {
            lease.charged++;
        }
        Breaker breaker = breakers.get(node);
        if (breaker != null) {
            breaker.asked(nanoClock.getAsLong());
        }
    }

    /** A node did not do what it was asked for. */
    void failed(NodeId node) {
        Breaker breaker = breakers.get(node);
        if (breaker == null) {
            breaker = new Breaker(setAside, Rendezvous.hash(node.value()));
            breakers.put(node, breaker);
        }
        breaker.failed(nanoClock.getAsLong());
    }

    /** A node got something done. */
    void succeeded(NodeId node) {
        Breaker breaker = breakers.get(node);
        if (breaker != null) {
            breaker.succeeded();
        }
    }

    /**
     * The engine to ask next.
     *
     * @param key the request's affinity
     * @param eligible which of those that take the model may be asked
     * @return null when no living engine that is left serves the model
     */
    @Nullable
    Candidate next(ModelName model, long key, Predicate<Candidate> eligible) {
        Collection<Lease> alive = alive();
        double meanSpeed = alive.stream()
                .mapToDouble(lease -> lease.speed(model))
                .filter(speed -> speed > 0)
                .average()
                .orElse(1);
        List<Candidate> candidates = new ArrayList<>(alive.size());
        for (Lease lease : alive) {
            ModelStatus status = lease.model(model);
            if (lease.status().draining() || status == null || !takesStreams(status) || !allowed(lease.node)) {
                continue;
            }
            double speed = lease.speed(model);
            Candidate candidate = Candidate.of(
                    lease.node, lease.nodeHash, status, lease.charged, speed == 0 ? 1 : speed / meanSpeed, key);
            if (eligible.test(candidate)) {
                candidates.add(candidate);
            }
        }
        return BoundedLoad.first(candidates);
    }

    /** Whether a model has an engine or will have one for a command; without, its engine failed, hangs or does not start. */
    static boolean takesStreams(ModelStatus status) {
        return status.slots() > 0 || status.queueCapacity() > 0;
    }

    /** Names that living engines answer to, of base models and embedding models, in alphabetical order. */
    public List<ModelName> names() {
        return alive().stream()
                .flatMap(lease -> Stream.concat(
                        lease.status().models().stream().map(ModelStatus::model),
                        lease.status().embeddings().stream().map(EmbeddingStatus::model)))
                .distinct()
                .sorted(Comparator.comparing(ModelName::value))
                .toList();
    }

    /** Whether a node ever served the base model. */
    public boolean knowsBaseModel(ModelName model) {
        return knownBaseModels.contains(model);
    }

    /** Whether a node ever served the embedding model. */
    boolean knows(ModelName embeddingModel) {
        return known.contains(embeddingModel);
    }

    /** What a living engine says of an embedding model; empty when none serves it. */
    Optional<EmbeddingStatus> embedding(ModelName model) {
        return embedders(model, Set.of()).map(Embedder::status).findFirst();
    }

    /**
     * The engine to ask next for embeddings: the one where the fewest texts wait.
     *
     * @param tried nodes that have been asked already
     * @return null when no living engine that is left serves the model
     */
    @Nullable
    NodeId nextEmbedder(ModelName model, Set<NodeId> tried) {
        return embedders(model, tried)
                .filter(embedder -> allowed(embedder.node()))
                .min(Comparator.comparingInt(embedder -> embedder.status().queuedTexts()))
                .map(Embedder::node)
                .orElse(null);
    }

    private Stream<Embedder> embedders(ModelName model, Set<NodeId> tried) {
        return alive().stream()
                .map(Lease::status)
                .filter(status -> !status.draining() && !tried.contains(status.node()))
                .flatMap(status -> status.embeddings().stream()
                        .filter(embedding -> embedding.model().equals(model))
                        .map(embedding -> new Embedder(status.node(), embedding)));
    }

    private record Embedder(NodeId node, EmbeddingStatus status) {}

    private boolean allowed(NodeId node) {
        Breaker breaker = breakers.get(node);
        return breaker == null || breaker.allows(nanoClock.getAsLong());
    }

    private @Nullable Lease lease(NodeId node) {
        Lease lease = leases.get(node);
        return lease == null || lease.expired(nanoClock.getAsLong()) ? null : lease;
    }

    private Collection<Lease> alive() {
        long now = nanoClock.getAsLong();
        leases.values().removeIf(lease -> lease.expired(now));
        return leases.values();
    }
}
