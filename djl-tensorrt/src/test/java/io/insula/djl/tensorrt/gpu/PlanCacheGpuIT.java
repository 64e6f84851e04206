package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.util.Progress;
import io.insula.djl.tensorrt.TensorRtEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans and measured kernel times that are kept. */
@NeedsGpu
class PlanCacheGpuIT {

    @TempDir
    Path folder;

    @Test
    void aSecondLoadBuildsNothing() throws IOException, MalformedModelException {
        Path file = ConvolutionModel.random(61).write(folder.resolve("net.onnx"), 1);
        Watch first = new Watch();
        double built = load(file, Map.of(), first);
        assertThat(first.calls.get()).as("calls of the progress").isPositive();
        assertThat(first.furthest.get()).isEqualTo(first.whole.get()).isPositive();
        Path plan = Models.onlyPlan(folder.resolve("plans"));
        Watch second = new Watch();
        double cached = load(file, Map.of(), second);
        assertThat(second.calls.get()).as("calls of the progress").isZero();
        assertThat(Models.onlyPlan(folder.resolve("plans"))).isEqualTo(plan);
        Figures.note("convolutional net, built", built, "s");
        Figures.note("convolutional net, from the cache of plans", cached, "s");
    }

    @Test
    void kernelTimesAreKeptForOtherBuilds() throws IOException, MalformedModelException {
        Path file = ConvolutionModel.random(62).write(folder.resolve("net.onnx"), 1);
        double cold = load(file, Map.of(), new Watch());
        List<Path> timings = files(folder.resolve("timings"));
        assertThat(timings).isNotEmpty();
        assertThat(Files.size(timings.getFirst())).isPositive();
        double warm = load(file, Map.of("workspaceBytes", Long.toString(1L << 30)), new Watch());
        assertThat(files(folder.resolve("plans")))
                .as("plans of different options")
                .hasSize(2);
        Figures.note("convolutional net, built with nothing measured before", cold, "s");
        Figures.note("convolutional net, built with kernel times of before", warm, "s");
    }

    private double load(Path file, Map<String, String> options, Progress progress)
            throws IOException, MalformedModelException {
        Map<String, Object> all = new HashMap<>(options);
        all.put("planCache", folder.resolve("plans").toString());
        all.put("timingCache", folder.resolve("timings").toString());
        all.put("progress", progress);
        long start = System.nanoTime();
        try (Model model = Model.newInstance("net", Device.gpu(0), TensorRtEngine.NAME)) {
            model.load(file, null, all);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(Files::isRegularFile).toList();
        }
    }

    private static final class Watch implements Progress {
        private final AtomicLong calls = new AtomicLong();
        private final AtomicLong whole = new AtomicLong();
        private final AtomicLong furthest = new AtomicLong();

        @Override
        public void reset(String message, long max, String trailingMessage) {
            calls.incrementAndGet();
            whole.set(max);
        }

        @Override
        public void start(long initialProgress) {
            update(initialProgress);
        }

        @Override
        public void end() {
            calls.incrementAndGet();
        }

        @Override
        public void increment(long increment) {
            update(furthest.get() + increment);
        }

        @Override
        public void update(long progress, String message) {
            calls.incrementAndGet();
            furthest.accumulateAndGet(progress, Math::max);
        }
    }
}
