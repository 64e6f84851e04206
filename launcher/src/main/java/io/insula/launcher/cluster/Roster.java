package io.insula.launcher.cluster;

import io.insula.protocol.Addresses;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.Leases;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows what every node says of itself: members by Hazelcast, load and models by their leases.
 *
 * <p><b>Thread:</b> {@link #nodes} on any thread.
 */
public final class Roster extends VerticleBase {

    private record Heard<T>(T status, long nanos) {}

    private final NodeId self;
    private final Supplier<List<NodeDescription>> members;
    private final LongSupplier nanos;
    private final Clock clock;
    private final Map<NodeId, Heard<EngineStatus>> engines = new ConcurrentHashMap<>();
    private final Map<NodeId, Heard<ApiStatus>> apis = new ConcurrentHashMap<>();

    /**
     * @param members the nodes that there are
     * @param nanos a clock as {@link System#nanoTime}
     */
    public Roster(NodeId self, Supplier<List<NodeDescription>> members, LongSupplier nanos, Clock clock) {
        this.self = self;
        this.members = members;
        this.nanos = nanos;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        return Future.all(
                vertx.eventBus()
                        .<EngineStatus>consumer(Addresses.INFERENCE_STATUS, message -> heard(message.body()))
                        .completion(),
                vertx.eventBus()
                        .<ApiStatus>consumer(Addresses.API_STATUS, message -> heard(message.body()))
                        .completion());
    }

    void heard(EngineStatus status) {
        engines.values().removeIf(this::isOld);
        engines.put(status.node(), new Heard<>(status, nanos.getAsLong()));
    }

    void heard(ApiStatus status) {
        apis.values().removeIf(this::isOld);
        apis.put(status.node(), new Heard<>(status, nanos.getAsLong()));
    }

    private boolean isOld(Heard<?> heard) {
        return nanos.getAsLong() - heard.nanos() > Leases.DURATION.toNanos();
    }

    /** The nodes as {@code GET /v1.0/cluster} tells them. */
    public JsonObject nodes() {
        JsonArray nodes = new JsonArray();
        members.get().forEach(member -> nodes.add(node(member)));
        return new JsonObject().put("object", "list").put("nodes", nodes);
    }

    private JsonObject node(NodeDescription member) {
        List<EngineStatus> heardEngines = member.engines().stream()
                .map(engine -> status(engines, engine))
                .filter(Objects::nonNull)
                .toList();
        @Nullable ApiStatus api = status(apis, member.id());
        JsonObject node = new JsonObject()
                .put("node", member.id().value())
                .put("self", member.id().equals(self))
                .put("roles", new JsonArray(member.roles()))
                .put("state", state(member, heardEngines, api))
                .put("version", member.version())
                .put(
                        "uptime_seconds",
                        Duration.between(member.started(), clock.instant()).toSeconds())
                .put("address", member.address());
        if (!heardEngines.isEmpty()) {
            EngineStatus first = heardEngines.getFirst();
            JsonArray models = new JsonArray();
            JsonArray embeddings = new JsonArray();
            heardEngines.forEach(engine -> {
                addModels(member.id(), engine, models);
                addEmbeddings(engine, embeddings);
            });
            node.put("protocol", versions(first.oldestVersion(), first.newestVersion()));
            node.put("models", models).put("embeddings", embeddings);
        }
        if (api != null) {
            node.put("protocol", versions(api.oldestVersion(), api.newestVersion()));
            node.put("active_streams", api.activeStreams()).put("instances", api.instances());
        }
        return node;
    }

    private <T> @Nullable T status(Map<NodeId, Heard<T>> statuses, NodeId node) {
        Heard<T> heard = statuses.get(node);
        return heard == null || isOld(heard) ? null : heard.status();
    }

    /** Silent: some role of it has not been heard for the time of a lease. */
    private static String state(NodeDescription member, List<EngineStatus> engines, @Nullable ApiStatus api) {
        boolean silent =
                engines.size() < member.engines().size() || (member.roles().contains("api") && api == null);
        if (silent) {
            return "silent";
        }
        boolean leaving = engines.stream().anyMatch(EngineStatus::draining) || (api != null && api.leaving());
        return leaving ? "draining" : "ready";
    }

    private static JsonObject versions(int oldest, int newest) {
        return new JsonObject().put("oldest", oldest).put("newest", newest);
    }

    private static void addModels(NodeId node, EngineStatus engine, JsonArray models) {
        for (ModelStatus model : engine.models()) {
            JsonObject told = new JsonObject()
                    .put("model", model.model().value())
                    .put("fingerprint", model.fingerprint())
                    .put("context_tokens", model.contextTokens())
                    .put("slots", model.slots())
                    .put("free_slots", model.freeSlots())
                    .put("queued_streams", model.queuedStreams())
                    .put("queued_tokens", model.queuedTokens())
                    .put("queue_capacity", model.queueCapacity())
                    .put("tokens_per_second", model.tokensPerSecond());
            if (!engine.node().equals(node)) {
                told.put("engine", engine.node().value());
            }
            models.add(told);
        }
    }

    private static void addEmbeddings(EngineStatus engine, JsonArray models) {
        for (EmbeddingStatus model : engine.embeddings()) {
            models.add(new JsonObject()
                    .put("model", model.model().value())
                    .put("fingerprint", model.fingerprint())
                    .put("queued_texts", model.queuedTexts())
                    .put("queue_capacity", model.queueCapacity()));
        }
    }
}
