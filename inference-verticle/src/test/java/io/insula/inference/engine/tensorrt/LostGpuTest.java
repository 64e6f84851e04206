package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.schedule.Commands;
import io.insula.inference.schedule.FrameSink;
import io.insula.inference.schedule.LetterTokenizer;
import io.insula.inference.schedule.Scheduler;
import io.insula.inference.schedule.SchedulerConfig;
import io.insula.inference.schedule.StreamRequest;
import io.insula.inference.weights.TensorType;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.TokenIds;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A device that breaks down under running streams, and comes back: on the fake device, with a device thread. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LostGpuTest {

    private static final DecoderShape SHAPE = new DecoderShape(
            1, 4, 2, 16, 64, 96, LetterTokenizer.VOCABULARY, 160, 10_000, RopeLayout.INTERLEAVED, 1e-5);
    private static final DecoderDescription DECODER = TinyModels.of(SHAPE, TensorType.F32, 1);
    private static final SchedulerConfig CONFIG =
            new SchedulerConfig(64, 16, 10_000, Duration.ofMillis(20), Duration.ofSeconds(30), 1 << 20, 1 << 20);

    private final FakeGpu gpu = new FakeGpu();
    private final LetterTokenizer tokenizer = new LetterTokenizer(true);
    private final AtomicInteger starts = new AtomicInteger();
    private final Map<RequestId, CompletableFuture<StreamEnd>> ends = new ConcurrentHashMap<>();
    private volatile boolean breaksAtTheFirstToken = true;

    private final FrameSink sink = (node, instance, frames) -> frames.forEach(frame -> {
        if (frame instanceof StreamDelta && breaksAtTheFirstToken) {
            gpu.cuda.breakDown(true);
        } else if (frame instanceof StreamEnd end) {
            ended(end.request()).complete(end);
        }
    });

    @Test
    void itsStreamsFailAndItIsReopenedWhenTheDeviceIsBack() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Scheduler scheduler = new Scheduler(
                Commands.MODEL, "text", 160, this::open, tokenizer, CONFIG, sink, registry, System::nanoTime);
        scheduler.start().get();
        String fingerprint = scheduler.status().fingerprint();

        assertThat(end(scheduler, 1).outcome()).isEqualTo(Outcome.FAILED);
        while (starts.get() < 4) {
            assertThat(scheduler.status().slots())
                    .as("nothing is given to a lost GPU")
                    .isZero();
            assertThat(scheduler.status().queueCapacity()).isZero();
            TimeUnit.MILLISECONDS.sleep(1);
        }
        breaksAtTheFirstToken = false;
        gpu.cuda.breakDown(false);
        while (scheduler.status().slots() == 0) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        assertThat(scheduler.status().fingerprint()).isEqualTo(fingerprint);
        StreamEnd whole = end(scheduler, 2);
        assertThat(whole.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(whole.usage().completionTokens()).isEqualTo(40);
        scheduler.close().get();
        assertThat(gpu.left()).isEqualTo(FakeGpu.NOTHING);
        assertThat(registry.get("insula.inference.engine.failures").counter().count())
                .as("one that ran, and those that did not start")
                .isEqualTo(starts.get() - 1);
    }

    private TensorRtDecoderEngine open() {
        starts.incrementAndGet();
        return gpu.open(DECODER, FakeGpu.config(2, 100));
    }

    private StreamEnd end(Scheduler scheduler, int number) throws Exception {
        GenerateCommand command = Commands.command(number, "lost", 40);
        int[] prompt = tokenizer.encode(command.messages());
        assertThat(scheduler.offer(new StreamRequest(command, TokenIds.of(prompt), 40, System.nanoTime())))
                .isEqualTo(Scheduler.Offer.QUEUED);
        return ended(command.request()).get();
    }

    private CompletableFuture<StreamEnd> ended(RequestId request) {
        return ends.computeIfAbsent(request, id -> new CompletableFuture<>());
    }
}
