package io.insula.api.dispatch;

import io.insula.api.error.ApiError;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EmbedReply;
import io.insula.protocol.EmbedReply.Embedded;
import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has texts embedded part by part: the next part is sent when the last is answered, so that a long request holds no more of
 * an engine's queue than a short one.
 *
 * <p>An engine that refuses, fails, is gone or stays silent is followed by the next; embedding again does no harm.
 *
 * <p><b>Thread:</b> one event loop owns a dispatcher and all its requests.
 */
public final class EmbeddingDispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddingDispatcher.class);

    private final DispatchConfig config;
    private final EmbeddingLimits limits;
    private final EngineRegistry engines;
    private final EmbeddingPort port;
    private final LongSupplier nanoClock;
    /** Requests of which an engine has a part. */
    private final Set<EmbeddingRun> asking = new LinkedHashSet<>();

    EmbeddingDispatcher(
            DispatchConfig config,
            EmbeddingLimits limits,
            EngineRegistry engines,
            EmbeddingPort port,
            LongSupplier nanoClock) {
        this.config = config;
        this.limits = limits;
        this.engines = engines;
        this.port = port;
        this.nanoClock = nanoClock;
    }

    /** What the living engines say of an embedding model; empty when none serves it. */
    public Optional<EmbeddingStatus> find(ModelName model) {
        return engines.embedding(model);
    }

    /** Names that living engines answer to, of base models and embedding models. */
    public List<ModelName> models() {
        return engines.names();
    }

    /** Whether an engine ever served the embedding model. */
    public boolean knows(ModelName model) {
        return engines.knows(model);
    }

    /** Starts a request; the listener may be told of its end before this returns. */
    public StreamHandle dispatch(Embedding embedding, EmbeddingListener listener) {
        EmbeddingRun run = new EmbeddingRun(embedding, listener, nanoClock);
        askNext(run);
        return run::cancel;
    }

    private void askNext(EmbeddingRun run) {
        if (run.node == null) {
            run.node =
                    run.tried.size() < config.tries() ? engines.nextEmbedder(run.embedding.model(), run.tried) : null;
        }
        NodeId node = run.node;
        if (node == null || run.cancelled) {
            run.fail(refusal(run));
            return;
        }
        EmbedCommand command = run.embedding.command(run.done, limits.textsPerCommand());
        int asked = ++run.asked;
        asking.add(run);
        engines.charge(node);
        port.embed(node, command, limits.replyTimeout()).onComplete(reply -> {
            if (run.over || run.asked != asked) {
                return;
            }
            asking.remove(run);
            if (reply.succeeded()) {
                answered(run, node, command, reply.result());
            } else {
                unanswered(run, node, reply.cause());
            }
        });
    }

    private void answered(EmbeddingRun run, NodeId node, EmbedCommand command, EmbedReply reply) {
        switch (reply) {
            case Embedded embedded -> {
                if (embedded.vectors().size() != command.texts().size()) {
                    lost(run, node, new ApiError.EngineLost(), "vectors of other texts");
                    return;
                }
                engines.succeeded(node);
                run.take(embedded);
                if (!run.over) {
                    askNext(run);
                }
            }
            case Rejected rejected -> rejected(run, rejected);
        }
    }

    private void rejected(EmbeddingRun run, Rejected rejected) {
        switch (rejected.reason()) {
            case CONTEXT_LENGTH_EXCEEDED ->
                run.fail(new ApiError.InvalidRequest(
                        rejected.message(), run.input(rejected.param()), "context_length_exceeded"));
            case INVALID_REQUEST ->
                run.fail(new ApiError.InvalidRequest(rejected.message(), run.input(rejected.param()), "invalid_value"));
            case OVERLOADED, DRAINING, MODEL_NOT_FOUND -> {
                run.refused(rejected.retryAfterMillis());
                askNext(run);
            }
        }
    }

    private void unanswered(EmbeddingRun run, NodeId node, Throwable failure) {
        ReplyFailure kind =
                failure instanceof ReplyException reply ? reply.failureType() : ReplyFailure.RECIPIENT_FAILURE;
        if (kind == ReplyFailure.NO_HANDLERS) {
            engines.forget(node);
        }
        ApiError error = kind == ReplyFailure.RECIPIENT_FAILURE
                ? new ApiError.EngineFailed(String.valueOf(failure.getMessage()))
                : refusal(run);
        lost(run, node, error, kind.name());
    }

    /** Another engine embeds the texts again, unless so many failed that the texts may be to blame. */
    private void lost(EmbeddingRun run, NodeId node, ApiError error, String why) {
        LOG.warn("engine {} did not embed for {} ({})", node, run.embedding.request(), why);
        engines.failed(node);
        run.refused(0);
        NodeId next = engines.nextEmbedder(run.embedding.model(), run.tried);
        if (++run.failures >= config.failover().engineFailures() || next == null) {
            run.fail(error);
        } else {
            askNext(run);
        }
    }

    /** A node left the cluster: what it was to embed is embedded by another at once. */
    void left(NodeId node) {
        for (EmbeddingRun run : List.copyOf(asking)) {
            if (node.equals(run.node)) {
                forget(run, node, "it left");
            }
        }
    }

    /** Notices engines that fell silent, where another can take their part; called several times a second. */
    void watch() {
        for (EmbeddingRun run : List.copyOf(asking)) {
            NodeId node = run.node;
            if (node != null
                    && !engines.isAlive(node)
                    && engines.nextEmbedder(run.embedding.model(), run.tried) != null) {
                forget(run, node, "silent");
            }
        }
    }

    private void forget(EmbeddingRun run, NodeId node, String why) {
        // What it may still answer is late.
        run.asked++;
        asking.remove(run);
        lost(run, node, new ApiError.EngineLost(), why);
    }

    private ApiError refusal(EmbeddingRun run) {
        Duration retryAfter = run.retryAfterMillis > 0 ? Duration.ofMillis(run.retryAfterMillis) : config.retryAfter();
        return new ApiError.Overloaded(
                run.tried.isEmpty()
                        ? "No engine serves the model '" + run.embedding.model() + "' at the moment."
                        : "All engines are busy; try again later.",
                retryAfter);
    }
}
