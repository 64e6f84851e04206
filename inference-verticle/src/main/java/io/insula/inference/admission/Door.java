package io.insula.inference.admission;

import io.insula.inference.schedule.Scheduler;
import io.insula.inference.schedule.StreamRequest;
import io.insula.inference.text.PromptException;
import io.insula.protocol.Admission;
import io.insula.protocol.Admission.Accepted;
import io.insula.protocol.Admission.Reason;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.CancelStream;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.LogitBias;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.TokenIds;
import io.vertx.core.Future;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts or rejects commands, once each, and lets go of streams that nobody wants any longer.
 *
 * <p><b>Thread:</b> one event loop.
 *
 * <p><b>Order:</b> a cancel wins over its command whichever comes first; a command also cancels the earlier attempts of
 * its request.
 */
public final class Door {

    private static final Logger log = LoggerFactory.getLogger(Door.class);
    private static final int RETRY_ELSEWHERE_MILLIS = 1_000;
    private static final int BUSY_RETRY_MILLIS = 500;

    private record Attempt(RequestId request, int attempt) {}

    private final Models models;
    private final WaitingRoom room;
    private final AdmissionConfig config;
    private final PromptRenderer renderer;
    private final LongSupplier nanos;
    private final RecentMap<Attempt, Future<Admission>> answers;
    private final RecentMap<RequestId, Integer> cancelled;
    private final ApiLeases leases;
    private final StreamAccounts accounts;
    private int pending;
    private boolean draining;

    /**
     * @param room where commands wait whose model is being loaded
     * @param accounts sees the frames of every stream that is admitted here
     * @param nanos a clock as {@link System#nanoTime}
     */
    public Door(
            Models models,
            AdmissionConfig config,
            PromptRenderer renderer,
            WaitingRoom room,
            StreamAccounts accounts,
            LongSupplier nanos) {
        this.models = models;
        this.room = room;
        this.accounts = accounts;
        this.config = config;
        this.renderer = renderer;
        this.nanos = nanos;
        this.answers = new RecentMap<>(config.memory(), config.remembered(), nanos);
        this.cancelled = new RecentMap<>(config.memory(), config.remembered(), nanos);
        this.leases = new ApiLeases(nanos);
    }

    /** Answers a command; a repeated one as the first time, where that was accepted or is still being decided. */
    public Future<Admission> admit(GenerateCommand command) {
        leases.renew(command.apiNode());
        Attempt attempt = new Attempt(command.request(), command.attempt());
        Future<Admission> earlier = answers.get(attempt);
        if (earlier != null) {
            return earlier;
        }
        if (command.attempt() > 0) {
            cancel(new CancelStream(command.request(), command.attempt() - 1));
        }
        // Before it is decided: a short stream may have ended when the decision is heard of.
        accounts.opened(command);
        Future<Admission> answer = decide(command);
        answers.put(attempt, answer);
        // Nothing was started for a rejected command, and what was full may have room the next time.
        answer.onComplete(done -> {
            if (!(done.result() instanceof Accepted)) {
                answers.remove(attempt);
                accounts.refused(command);
            }
        });
        return answer;
    }

    /** Frees a stream's slot, or sees to it that the stream never gets one. */
    public void cancel(CancelStream cancel) {
        Integer before = cancelled.get(cancel.request());
        cancelled.remove(cancel.request());
        cancelled.put(cancel.request(), before == null ? cancel.attempt() : Math.max(before, cancel.attempt()));
        room.cancel(cancel);
        models.schedulers().forEach(scheduler -> scheduler.cancel(cancel.request(), cancel.attempt()));
    }

    /** Renews or ends an HTTP node's lease. */
    public void heard(ApiStatus status) {
        accounts.heard(status);
        if (status.leaving()) {
            leases.end(status.node());
            cancelAllOf(status.node());
        } else {
            leases.renew(status.node());
        }
    }

    /** Cancels the streams of HTTP nodes whose lease has ended; to be called every second. */
    public void checkLeases() {
        leases.takeEnded().forEach(node -> {
            log.warn("No status of HTTP node {} any longer: its streams are cancelled", node);
            lost(node);
        });
        room.sendProgress();
    }

    /** Cancels the streams of an HTTP node that is gone; where it did not say that it leaves, others account for them. */
    private void lost(NodeId node) {
        accounts.silent(node);
        cancelAllOf(node);
    }

    private void cancelAllOf(NodeId node) {
        room.cancelAllOf(node);
        models.schedulers().forEach(scheduler -> scheduler.cancelAllOf(node));
    }

    /** An HTTP node left the cluster: nobody waits for its streams. */
    public void left(NodeId node) {
        leases.end(node);
        lost(node);
    }

    /** From now on every new command is rejected, and those that wait for a model are handed over. */
    public void drain() {
        draining = true;
        room.handOver();
    }

    public boolean draining() {
        return draining;
    }

    private Future<Admission> decide(GenerateCommand command) {
        long arrivedNanos = nanos.getAsLong();
        if (draining) {
            return Future.succeededFuture(drainingNow());
        }
        if (!models.names().contains(command.model())) {
            String served = String.join(
                    ", ", models.names().stream().map(ModelName::value).sorted().toList());
            return Future.succeededFuture(new Rejected(
                    Reason.MODEL_NOT_FOUND, "model: '" + command.model() + "' (expected: " + served + ")", "model", 0));
        }
        if (isCancelled(command)) {
            return Future.succeededFuture(cancelledAlready());
        }
        if (pending >= config.pendingCommands()) {
            return Future.succeededFuture(new Rejected(
                    Reason.OVERLOADED,
                    "as many commands are decided as may be; try again later",
                    null,
                    BUSY_RETRY_MILLIS));
        }
        pending++;
        WaitingCommand waiting = new WaitingCommand(command, arrivedNanos);
        Future<AdmittedModel> held = models.hold(command.model());
        Future<Admission> decision = held.compose(model -> decide(waiting, model))
                .recover(failure -> Future.succeededFuture(undecidable(command, failure)))
                .onComplete(done -> {
                    pending--;
                    models.release(command.model());
                });
        return held.isComplete() ? decision : room.company(waiting, decision);
    }

    private Future<Admission> decide(WaitingCommand waiting, AdmittedModel model) {
        GenerateCommand command = waiting.command();
        Rejected foreign = foreignToken(command, model.tokenizer().vocabulary());
        if (foreign != null) {
            return Future.succeededFuture(foreign);
        }
        return renderer.render(() -> PreparedAnswer.of(command, model), AnswerPlanner.compiles(command))
                .map(prepared -> waiting.gone()
                        ? cancelledAlready()
                        : offer(command, model.scheduler(), prepared, waiting.arrivedNanos()));
    }

    private Admission offer(GenerateCommand command, Scheduler scheduler, PreparedAnswer prepared, long arrivedNanos) {
        if (draining) {
            return drainingNow();
        }
        if (isCancelled(command)) {
            return cancelledAlready();
        }
        TokenIds prompt = prepared.prompt();
        if (prompt.size() == 0) {
            return new Rejected(Reason.INVALID_REQUEST, "messages: an empty prompt", "messages", 0);
        }
        int context = scheduler.contextTokens();
        int room = context - prompt.size();
        if (room < 1) {
            return new Rejected(
                    Reason.CONTEXT_LENGTH_EXCEEDED,
                    "This model's maximum context length is " + context + " tokens. However, your messages resulted in "
                            + prompt.size() + " tokens. Please reduce the length of the messages.",
                    "messages",
                    0);
        }
        int choices = command.output().choices();
        int most = scheduler.mostChoices(prompt.size());
        if (choices > most) {
            return new Rejected(
                    Reason.INVALID_REQUEST,
                    "n: " + choices + " choices of a prompt of " + prompt.size() + " tokens (expected: 1.." + most
                            + ", the engine's slots)",
                    "n",
                    0);
        }
        int asked = command.stop().maxTokens();
        int maxTokens = asked == 0 ? room : Math.min(asked, room);
        return switch (scheduler.offer(new StreamRequest(command, prompt, prepared.plan(), maxTokens, arrivedNanos))) {
            case QUEUED, RUNNING_ALREADY -> new Accepted(prompt.size());
            case SUPERSEDED -> cancelledAlready();
            case FULL, NO_ENGINE -> overloaded(scheduler);
        };
    }

    /** A token that the model does not have, in a field that a client fills. */
    private static @Nullable Rejected foreignToken(GenerateCommand command, int vocabulary) {
        LogitBias bias = command.sampling().logitBias();
        if (!bias.isEmpty() && bias.token(bias.size() - 1) >= vocabulary) {
            return foreignToken("logit_bias", bias.token(bias.size() - 1), vocabulary);
        }
        for (int token : command.stop().tokens().toArray()) {
            if (token >= vocabulary) {
                return foreignToken("stop_token_ids", token, vocabulary);
            }
        }
        return null;
    }

    private static Rejected foreignToken(String param, int token, int vocabulary) {
        return new Rejected(
                Reason.INVALID_REQUEST,
                param + ": token " + token + " (expected: 0.." + (vocabulary - 1) + ")",
                param,
                0);
    }

    private boolean isCancelled(GenerateCommand command) {
        Integer attempt = cancelled.get(command.request());
        return attempt != null && attempt >= command.attempt();
    }

    private static Rejected undecidable(GenerateCommand command, Throwable failure) {
        if (failure instanceof ModelUnavailableException unavailable) {
            return new Rejected(
                    Reason.OVERLOADED, String.valueOf(failure.getMessage()), null, unavailable.retryAfterMillis());
        }
        if (failure instanceof GrammarRefusedException refused) {
            return new Rejected(Reason.INVALID_REQUEST, String.valueOf(failure.getMessage()), refused.param(), 0);
        }
        if (failure instanceof PromptException) {
            return new Rejected(Reason.INVALID_REQUEST, String.valueOf(failure.getMessage()), "messages", 0);
        }
        log.error("The prompt of {} cannot be rendered", command.request(), failure);
        return new Rejected(Reason.INVALID_REQUEST, "messages: the prompt cannot be rendered", "messages", 0);
    }

    private static Rejected overloaded(Scheduler scheduler) {
        return new Rejected(
                Reason.OVERLOADED, "the engine's queue is full; try again later", null, scheduler.retryAfterMillis());
    }

    private static Rejected drainingNow() {
        return new Rejected(Reason.DRAINING, "the engine is about to leave", null, RETRY_ELSEWHERE_MILLIS);
    }

    private static Rejected cancelledAlready() {
        return new Rejected(Reason.INVALID_REQUEST, "the stream was cancelled before it began", null, 0);
    }
}
