package io.insula.api.dispatch;

import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.Leases;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Knows which engines live, by the leases they publish, and ranks them for a request.
 *
 * <p>Ranking is rendezvous hashing with bounded load (Mirrokni, Thorup, Zadimoghaddam, SODA 2018): the engine that a
 * key's prefix is warm on leads, until it is a quarter busier than its share; then the next one does.
 *
 * <p><b>Thread:</b> one event loop.
 */
public final class EngineRegistry {

    private static final double LOAD_BOUND = 1.25;

    private final Map<NodeId, Lease> leases = new HashMap<>();
    private final Set<ModelName> knownBaseModels = new HashSet<>();
    private final Set<ModelName> known = new HashSet<>();
    private final LongSupplier nanoClock;

    /**
     * @param nanoClock monotonic nanoseconds
     */
    public EngineRegistry(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Starts or renews a node's lease; a node that shares no protocol version with this one gets none. */
    public void renew(EngineStatus status) {
        if (status.newestVersion() < ProtocolCodecs.OLDEST_VERSION || status.oldestVersion() > ProtocolCodecs.VERSION) {
            return;
        }
        leases.put(status.node(), new Lease(status, nanoClock.getAsLong()));
        status.embeddings().forEach(embedding -> known.add(embedding.model()));
        status.models().forEach(model -> knownBaseModels.add(model.model()));
    }

    /** Forgets a node that could not be reached, until it speaks again. */
    void forget(NodeId node) {
        leases.remove(node);
    }

    boolean isAlive(NodeId node) {
        Lease lease = leases.get(node);
        return lease != null && !expired(lease);
    }

    /** The newest protocol version that the node reads; 0 for a node without a lease. */
    int newestVersion(NodeId node) {
        Lease lease = leases.get(node);
        return lease == null ? 0 : lease.status.newestVersion();
    }

    /** Nodes with a lease. */
    public int size() {
        leases.values().removeIf(this::expired);
        return leases.size();
    }

    /** Counts a stream against a node until its next status includes it. */
    void charge(NodeId node) {
        Lease lease = leases.get(node);
        if (lease != null) {
            lease.charged++;
        }
    }

    /**
     * The engine to ask next.
     *
     * @param key the request's affinity
     * @param tried nodes that have been asked already
     * @return null when no living engine that is left serves the model
     */
    @Nullable
    Candidate next(ModelName model, long key, Set<NodeId> tried) {
        List<Candidate> candidates = candidates(model, key, tried);
        if (candidates.isEmpty()) {
            return null;
        }
        long busy = 1;
        long slots = 0;
        for (Candidate candidate : candidates) {
            busy += candidate.busy();
            slots += candidate.slots();
        }
        double share = LOAD_BOUND * busy / slots;
        candidates.sort(Comparator.comparingDouble(Candidate::weight).reversed());
        for (Candidate candidate : candidates) {
            if (candidate.busy() + 1 <= Math.ceil(share * candidate.slots())) {
                return candidate;
            }
        }
        return candidates.getFirst();
    }

    /** Names that living engines answer to, of base models and embedding models, in alphabetical order. */
    public List<ModelName> names() {
        leases.values().removeIf(this::expired);
        return leases.values().stream()
                .flatMap(lease -> Stream.concat(
                        lease.status.models().stream().map(ModelStatus::model),
                        lease.status.embeddings().stream().map(EmbeddingStatus::model)))
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
                .min(Comparator.comparingInt(embedder -> embedder.status().queuedTexts()))
                .map(Embedder::node)
                .orElse(null);
    }

    private Stream<Embedder> embedders(ModelName model, Set<NodeId> tried) {
        leases.values().removeIf(this::expired);
        return leases.values().stream()
                .map(lease -> lease.status)
                .filter(status -> !status.draining() && !tried.contains(status.node()))
                .flatMap(status -> status.embeddings().stream()
                        .filter(embedding -> embedding.model().equals(model))
                        .map(embedding -> new Embedder(status.node(), embedding)));
    }

    private record Embedder(NodeId node, EmbeddingStatus status) {}

    private List<Candidate> candidates(ModelName model, long key, Set<NodeId> tried) {
        leases.values().removeIf(this::expired);
        List<Candidate> candidates = new ArrayList<>(leases.size());
        for (Lease lease : leases.values()) {
            if (lease.status.draining() || tried.contains(lease.status.node())) {
                continue;
            }
            for (ModelStatus status : lease.status.models()) {
                if (status.model().equals(model)) {
                    candidates.add(Candidate.of(lease, status, key));
                    break;
                }
            }
        }
        return candidates;
    }

    private boolean expired(Lease lease) {
        return nanoClock.getAsLong() - lease.arrivedNanos > Leases.DURATION.toNanos();
    }

    /** One engine that could take a request. */
    record Candidate(NodeId node, String fingerprint, int slots, int busy, double weight) {

        private static Candidate of(Lease lease, ModelStatus status, long key) {
            int slots = Math.max(1, status.slots());
            int busy = Math.max(0, status.slots() - status.freeSlots()) + status.queuedStreams() + lease.charged;
            return new Candidate(
                    lease.status.node(),
                    status.fingerprint(),
                    slots,
                    busy,
                    Rendezvous.weight(key, lease.nodeHash, slots));
        }
    }

    private static final class Lease {

        final EngineStatus status;
        final long arrivedNanos;
        final long nodeHash;
        int charged;

        Lease(EngineStatus status, long arrivedNanos) {
            this.status = status;
            this.arrivedNanos = arrivedNanos;
            this.nodeHash = Rendezvous.hash(status.node().value());
        }
    }
}
