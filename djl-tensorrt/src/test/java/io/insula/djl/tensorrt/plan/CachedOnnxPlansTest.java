package io.insula.djl.tensorrt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.MalformedModelException;
import ai.djl.util.Progress;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CachedOnnxPlansTest {
    private static final DeviceInfo H200 = new DeviceInfo(0, "NVIDIA H200", 9, 0, 132, 1L << 37);

    @TempDir
    Path home = Path.of("/");

    private final FakeBuilder builder = new FakeBuilder();
    private final CachedOnnxPlans plans = new CachedOnnxPlans(builder);
    private final Map<String, Object> options = new HashMap<>();
    private Path onnx = Path.of("/");

    @BeforeEach
    void model() throws IOException {
        onnx = Files.write(home.resolve("model.onnx"), new byte[] {8, 9});
        options.put("planCache", home.resolve("cache/plans"));
        options.put("timingCache", home.resolve("cache/timings"));
    }

    @Test
    void buildsOnceAndFindsThePlanAgain() throws Exception {
        Path first = plans.planOf(onnx, H200, options);
        Path second = new CachedOnnxPlans(builder).planOf(onnx, H200, options);

        assertThat(second).isEqualTo(first).hasContent("plan 1");
        assertThat(builder.requests).hasSize(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("cache/plans"))))
                .as("a plan is code: nobody else may write one")
                .isEqualTo("rwx------");
    }

    @Test
    void buildsAnewForAnotherModelGpuVersionOrOption() throws Exception {
        Path first = plans.planOf(onnx, H200, options);
        DeviceInfo slice = new DeviceInfo(0, "NVIDIA H200", 9, 0, 16, 1L << 34);
        assertThat(plans.planOf(onnx, slice, options)).isNotEqualTo(first);
        options.put("builderOptimizationLevel", 0);
        assertThat(plans.planOf(onnx, H200, options)).isNotEqualTo(first);
        options.remove("builderOptimizationLevel");
        builder.version = "10.16.0";
        assertThat(plans.planOf(onnx, H200, options)).isNotEqualTo(first);
        builder.version = "10.15.1";
        Files.write(onnx, new byte[] {8, 10});
        assertThat(plans.planOf(onnx, H200, options)).isNotEqualTo(first);

        assertThat(builder.requests).hasSize(5);
    }

    @Test
    void noticesAndReplacesCutChangedAndForeignPlans() throws Exception {
        Path plan = plans.planOf(onnx, H200, options);
        int built = 1;
        for (Damage damage : Damage.values()) {
            damage.apply(plan);
            assertThat(plans.planOf(onnx, H200, options))
                    .as(damage.name())
                    .isRegularFile()
                    .hasContent("plan " + ++built);
            plan = plans.planOf(onnx, H200, options);
        }
        assertThat(builder.requests).hasSize(built);
    }

    private enum Damage {
        CUT {
            @Override
            void apply(Path plan) throws IOException {
                Files.writeString(plan, "pl");
            }
        },
        EMPTY {
            @Override
            void apply(Path plan) throws IOException {
                Files.writeString(plan, "");
            }
        },
        CHANGED {
            @Override
            void apply(Path plan) throws IOException {
                byte[] bytes = Files.readAllBytes(plan);
                bytes[2] ^= 1;
                Files.write(plan, bytes);
            }
        },
        GROWN {
            @Override
            void apply(Path plan) throws IOException {
                Files.writeString(plan, Files.readString(plan) + "!");
            }
        },
        LINKED {
            @Override
            void apply(Path plan) throws IOException {
                Path copy = Files.copy(plan, plan.resolveSibling("elsewhere"));
                Files.delete(plan);
                Files.createSymbolicLink(plan, copy);
            }
        },
        FOLDER {
            @Override
            void apply(Path plan) throws IOException {
                Files.delete(plan);
                Files.createDirectory(plan);
            }
        },
        MISNAMED {
            @Override
            void apply(Path plan) throws IOException {
                String name = String.valueOf(plan.getFileName());
                Files.move(plan, plan.resolveSibling(name.substring(0, 40) + ".plan"));
            }
        };

        abstract void apply(Path plan) throws IOException;
    }

    @Test
    void leavesNothingBehindWhenABuildFails() throws Exception {
        builder.failure = "node 3 (Conv): unsupported";

        assertThatExceptionOfType(MalformedModelException.class)
                .isThrownBy(() -> plans.planOf(onnx, H200, options))
                .withMessage("node 3 (Conv): unsupported");
        assertThat(files(home.resolve("cache/plans"))).isEmpty();
        builder.failure = null;
        assertThat(plans.planOf(onnx, H200, options)).hasContent("plan 2");
        options.put("planCache", "none");
        Set<Path> before = temporaryPlans();
        builder.failure = "again";
        assertThatExceptionOfType(MalformedModelException.class).isThrownBy(() -> plans.planOf(onnx, H200, options));
        assertThat(before).containsAll(temporaryPlans());
    }

    private static Set<Path> temporaryPlans() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("tensorrt-plan"))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void deletesThePlansUnusedForLongestWhenTheFolderIsFull() throws Exception {
        options.put("planCacheBytes", "1MiB");
        builder.padding = 400 << 10;
        List<Path> built = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Files.write(onnx, new byte[] {8, (byte) i});
            Path plan = plans.planOf(onnx, H200, options);
            Files.setLastModifiedTime(plan, FileTime.fromMillis(1_000_000L + i));
            built.add(plan);
            if (i == 1) {
                Files.write(onnx, new byte[] {8, 0});
                plans.planOf(onnx, H200, options);
            }
        }

        assertThat(files(home.resolve("cache/plans")))
                .as("the first was used again, the last was just built")
                .containsExactlyInAnyOrder(built.getFirst(), built.getLast());
    }

    @Test
    void keepsAPlanThatIsLargerThanTheFolderMayBe() throws Exception {
        options.put("planCacheBytes", "1MiB");
        builder.padding = 2 << 20;

        assertThat(plans.planOf(onnx, H200, options)).isRegularFile();
    }

    @Test
    void buildsWithoutACacheWhenToldTo() throws Exception {
        options.put("planCache", "none");
        options.put("timingCache", "none");

        assertThat(plans.planOf(onnx, H200, options)).hasContent("plan 1");
        assertThat(plans.planOf(onnx, H200, options)).hasContent("plan 2");
        assertThat(builder.requests.getFirst().times().kept()).isFalse();
        assertThat(home.resolve("cache")).doesNotExist();
    }

    @Test
    void letsBuildsOfOnePlanWaitForTheFirst() throws Exception {
        builder.hold = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Path>> asked = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                asked.add(threads.submit(() -> plans.planOf(onnx, H200, options)));
            }
            builder.hold.countDown();
            Path first = asked.getFirst().get();
            for (Future<Path> other : asked) {
                assertThat(other.get()).isEqualTo(first);
            }
        }
        assertThat(builder.requests).hasSize(1);
    }

    @Test
    void keepsNoPlanOfAFileThatChangedWhileItWasCompiled() throws Exception {
        builder.meanwhile = () -> Files.write(onnx, new byte[] {8, 77});

        assertThatExceptionOfType(MalformedModelException.class)
                .isThrownBy(() -> plans.planOf(onnx, H200, options))
                .withMessageContaining("was changed while it was compiled");
        assertThat(files(home.resolve("cache/plans"))).isEmpty();
        builder.meanwhile = null;
        assertThat(plans.planOf(onnx, H200, options)).hasContent("plan 2");
    }

    @Test
    @Timeout(60)
    void buildsOfOnePlanTakeTurnsAlsoAfterOneFailed() throws Exception {
        builder.failure = "not yet";
        AtomicInteger failed = new AtomicInteger();
        Runnable ask = () -> {
            try {
                plans.planOf(onnx, H200, options);
            } catch (IOException | MalformedModelException e) {
                failed.incrementAndGet();
            }
        };
        List<Thread> callers = List.of(new Thread(ask), new Thread(ask), new Thread(ask));
        AtomicInteger begun = new AtomicInteger();
        builder.meanwhile = () -> {
            int build = begun.incrementAndGet();
            if (build < callers.size()) {
                // The second comes to wait for the first; the third comes when the first is gone and the second builds.
                Thread next = callers.get(build);
                next.start();
                while (next.getState() != Thread.State.WAITING && begun.get() == build) {
                    Thread.onSpinWait();
                }
            }
        };

        callers.getFirst().start();
        for (Thread caller : callers) {
            while (caller.getState() == Thread.State.NEW) {
                Thread.onSpinWait();
            }
            caller.join();
        }

        assertThat(failed).hasValue(callers.size());
        assertThat(builder.mostAtOnce).hasValue(1);
    }

    @Test
    void carriesKernelTimesFromOneBuildToTheNextAndDropsDamagedOnes() throws Exception {
        plans.planOf(onnx, H200, options);
        Files.write(onnx, new byte[] {8, 10});
        plans.planOf(onnx, H200, options);
        assertThat(builder.timesRead).containsExactly("", "times 1");

        List<Path> stored = files(home.resolve("cache/timings"));
        assertThat(stored).hasSize(1);
        Files.writeString(stored.getFirst(), "damaged");
        Files.write(onnx, new byte[] {8, 11});
        plans.planOf(onnx, H200, options);
        assertThat(builder.timesRead).endsWith("");
    }

    @Test
    void tellsTheProgressThatTheLoaderWasGiven() throws Exception {
        RecordedProgress progress = new RecordedProgress();
        options.put("progress", progress);

        plans.planOf(onnx, H200, options);

        assertThat(progress.events).containsExactly("reset Fake", "start", "500 half", "1000 done", "end");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static final class FakeBuilder implements PlanBuilder {
        private final List<BuildRequest> requests = Collections.synchronizedList(new ArrayList<>());
        private final List<String> timesRead = Collections.synchronizedList(new ArrayList<>());
        private String version = "10.15.1";
        private @Nullable String failure;
        private @Nullable CountDownLatch hold;
        private @Nullable Meanwhile meanwhile;
        private final AtomicInteger atOnce = new AtomicInteger();
        private final AtomicInteger mostAtOnce = new AtomicInteger();
        private int padding;

        private interface Meanwhile {
            void happen() throws IOException;
        }

        @Override
        public String version() {
            return version;
        }

        @Override
        public void build(BuildRequest request, WritableByteChannel target)
                throws IOException, MalformedModelException {
            mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            try {
                compile(request, target);
            } finally {
                atOnce.decrementAndGet();
            }
        }

        private void compile(BuildRequest request, WritableByteChannel target)
                throws IOException, MalformedModelException {
            if (meanwhile != null) {
                meanwhile.happen();
            }
            try {
                if (hold != null) {
                    hold.await();
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            requests.add(request);
            request.progress().start("Fake");
            request.progress().phaseStart("half", null, 2);
            request.progress().stepComplete("half", 0);
            timesRead.add(new String(request.times().read(), StandardCharsets.UTF_8));
            target.write(ByteBuffer.wrap("plan ".getBytes(StandardCharsets.UTF_8)));
            if (failure != null) {
                throw new MalformedModelException(failure);
            }
            target.write(ByteBuffer.wrap(("" + requests.size()).getBytes(StandardCharsets.UTF_8)));
            target.write(ByteBuffer.allocate(padding));
            if (request.times().kept()) {
                request.times().write(("times " + requests.size()).getBytes(StandardCharsets.UTF_8));
            }
            request.progress().end(true);
        }
    }

    private static final class RecordedProgress implements Progress {
        private final List<String> events = new ArrayList<>();

        @Override
        public void reset(String message, long max, @Nullable String trailingMessage) {
            events.add("reset " + message);
        }

        @Override
        public void start(long initialProgress) {
            events.add("start");
        }

        @Override
        public void end() {
            events.add("end");
        }

        @Override
        public void increment(long increment) {
            events.add("increment");
        }

        @Override
        public void update(long progress, String message) {
            events.add(progress + " " + message);
        }
    }
}
