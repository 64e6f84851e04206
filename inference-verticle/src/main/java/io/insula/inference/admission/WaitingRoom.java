package io.insula.inference.admission;

import io.insula.inference.schedule.FrameSink;
import io.insula.protocol.Admission;
import io.insula.protocol.Admission.Accepted;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.CancelStream;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Keeps commands alive while their model is loaded: accepts those that wait longer than an admission may take, and sends
 * their progress until a scheduler has them.
 *
 * <p><b>Order:</b> an accepted command ends with exactly one {@link StreamEnd}: the scheduler's, or one from here.
 *
 * <p><b>Thread:</b> one event loop.
 */
public final class WaitingRoom {

    /** Well within the two seconds after which the sender of a command gives it up. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    /** Calls once, later, on the event loop. */
    @FunctionalInterface
    public interface Alarm {

        /** Sets it; what is returned takes it back. */
        Runnable after(Duration delay, Runnable action);
    }

    private final FrameSink sink;
    private final Alarm alarm;
    private final LongSupplier nanos;
    private final Map<RequestId, WaitingCommand> waiting = new LinkedHashMap<>();

    public WaitingRoom(FrameSink sink, Alarm alarm, LongSupplier nanos) {
        this.sink = sink;
        this.alarm = alarm;
        this.nanos = nanos;
    }

    /** The decision, if it comes in time; else the command is accepted, and hears of the decision by its frames. */
    Future<Admission> company(WaitingCommand command, Future<Admission> decision) {
        Promise<Admission> answer = Promise.promise();
        Runnable calm = alarm.after(PATIENCE, () -> {
            if (!decision.isComplete()) {
                waiting.put(command.command().request(), command);
                // How long its prompt is will be known when the tokenizer is loaded; the stream's end tells.
                answer.tryComplete(new Accepted(0));
                send(command, progress(command));
            }
        });
        decision.onComplete(decided -> {
            calm.run();
            if (waiting.remove(command.command().request(), command)) {
                if (decided.result() instanceof Rejected rejected && !command.gone()) {
                    end(command, outcome(rejected), rejected.message());
                }
            } else if (decided.succeeded()) {
                answer.tryComplete(decided.result());
            } else {
                answer.tryFail(decided.cause());
            }
        });
        return answer.future();
    }

    /** Another node may do what this one has no room or no engine for, and none what is wrong in itself. */
    private static Outcome outcome(Rejected rejected) {
        return switch (rejected.reason()) {
            case OVERLOADED, DRAINING, MODEL_NOT_FOUND -> Outcome.FAILED;
            case CONTEXT_LENGTH_EXCEEDED, INVALID_REQUEST -> Outcome.REFUSED;
        };
    }

    void cancel(CancelStream cancel) {
        leave(
                command -> command.request().equals(cancel.request()) && command.attempt() <= cancel.attempt(),
                Outcome.CANCELLED);
    }

    void cancelAllOf(NodeId apiNode) {
        leave(command -> command.apiNode().equals(apiNode), Outcome.CANCELLED);
    }

    /** Ends every command that waits here, to go on elsewhere. */
    void handOver() {
        leave(command -> true, Outcome.HANDED_OVER);
    }

    /** Says that they live; to be called every second. */
    void sendProgress() {
        waiting.values().forEach(command -> send(command, progress(command)));
    }

    private void leave(Predicate<GenerateCommand> which, Outcome outcome) {
        List.copyOf(waiting.values()).stream()
                .filter(waiter -> which.test(waiter.command()))
                .forEach(waiter -> {
                    waiting.remove(waiter.command().request());
                    waiter.leave();
                    end(waiter, outcome, null);
                });
    }

    private void end(WaitingCommand waiter, Outcome outcome, @org.jspecify.annotations.Nullable String error) {
        long micros = TimeUnit.NANOSECONDS.toMicros(nanos.getAsLong() - waiter.arrivedNanos());
        send(
                waiter,
                new StreamEnd(
                        waiter.command().request(),
                        waiter.command().attempt(),
                        0,
                        outcome,
                        error,
                        new Usage(0, 0, 0),
                        new Timings(micros, 0, micros)));
    }

    private static StreamFrame progress(WaitingCommand waiter) {
        return new StreamProgress(waiter.command().request(), waiter.command().attempt(), 0);
    }

    private void send(WaitingCommand waiter, StreamFrame frame) {
        sink.send(waiter.command().apiNode(), waiter.command().apiInstance(), List.of(frame));
    }
}
