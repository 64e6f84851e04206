package io.insula.bench;

import io.insula.inference.engine.StepEngine;
import io.insula.inference.schedule.Scheduler;
import io.insula.inference.schedule.SchedulerConfig;
import io.insula.inference.schedule.StreamRequest;
import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.TokenIds;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * An engine behind the scheduler that serves requests, without HTTP and without a prefix cache.
 *
 * <p>Either engine of a comparison is served this way, so that the difference is the engine's.
 */
final class ServedEngine implements AutoCloseable {

    private static final ModelName MODEL = new ModelName("served");
    private static final long PATIENCE_SECONDS = 600;

    private final int[] text;
    private final Scheduler scheduler;
    private final Map<RequestId, StreamTimes> running = new ConcurrentHashMap<>();

    /**
     * @param text tokens that prompts are cut from
     */
    ServedEngine(Supplier<StepEngine> engine, ChatTokenizer tokenizer, int[] text) throws InterruptedException {
        this.text = text;
        this.scheduler = new Scheduler(
                MODEL,
                "bench",
                Integer.MAX_VALUE,
                engine,
                tokenizer,
                SchedulerConfig.DEFAULT.withMemory(0, 0),
                this::frames,
                new SimpleMeterRegistry(),
                System::nanoTime);
        try {
            scheduler.start().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchmarkException("The engine does not start: " + e.getMessage(), e);
        }
    }

    /** Begins a stream whose prompt starts at that token of the text. */
    StreamTimes begin(int from, int promptTokens, int answerTokens) {
        RequestId id = new RequestId(UUID.randomUUID());
        GenerateCommand command = GenerateCommand.of(id, MODEL, List.of(new ChatMessage("user", "-")))
                .sampling(new SamplingParameters(0, 1, 0))
                .stop(StopConditions.NONE.withMaxTokens(answerTokens).withIgnoreEnd(true))
                .build();
        TokenIds prompt = TokenIds.of(Arrays.copyOfRange(text, from, from + promptTokens));
        long now = System.nanoTime();
        StreamTimes times = new StreamTimes(now);
        running.put(id, times);
        Scheduler.Offer offer = scheduler.offer(new StreamRequest(command, prompt, answerTokens, now));
        if (offer != Scheduler.Offer.QUEUED) {
            throw new BenchmarkException("A stream of the benchmark was not taken: " + offer);
        }
        return times;
    }

    /** Waits for a stream's first token, or its end. */
    static void await(CompletableFuture<Void> moment) throws InterruptedException {
        try {
            moment.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BenchmarkException cause ? cause : new BenchmarkException("failed", e);
        } catch (TimeoutException e) {
            throw new BenchmarkException("A stream of the benchmark said nothing for " + PATIENCE_SECONDS + " s.", e);
        }
    }

    private void frames(NodeId node, int instance, List<StreamFrame> frames) {
        long now = System.nanoTime();
        for (StreamFrame frame : frames) {
            StreamTimes times = running.get(frame.request());
            if (times != null && frame instanceof StreamDelta delta) {
                times.arrived(delta.tokens().size(), now);
            } else if (times != null && frame instanceof StreamEnd end) {
                running.remove(frame.request());
                if (end.outcome() == Outcome.COMPLETED) {
                    times.end();
                } else {
                    times.fail(end.outcome() + " " + end.error());
                }
            }
        }
    }

    @Override
    public void close() {
        scheduler.close().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
}
