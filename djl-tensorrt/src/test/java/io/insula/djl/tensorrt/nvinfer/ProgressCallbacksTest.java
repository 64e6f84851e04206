package io.insula.djl.tensorrt.nvinfer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.util.Progress;
import io.insula.djl.tensorrt.plan.BuildProgress;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls the object as compiled C++ does: through the pointer to its table, by the number of the function. */
@SuppressWarnings("restricted")
class ProgressCallbacksTest {
    private static final MemoryLayout VERSION =
            MemoryLayout.structLayout(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

    private final List<String> updates = new ArrayList<>();
    private final BuildProgress progress = new BuildProgress(new Progress() {
        @Override
        public void reset(String message, long max, String trailingMessage) {}

        @Override
        public void start(long initialProgress) {}

        @Override
        public void end() {}

        @Override
        public void increment(long increment) {}

        @Override
        public void update(long now, String message) {
            updates.add(now + " " + message);
        }
    });

    @Test
    void answersAtThePlacesWhereTensorRtCalls() throws Throwable {
        try (Arena arena = Arena.ofConfined();
                ProgressCallbacks callbacks = new ProgressCallbacks(progress)) {
            MemorySegment self = MemorySegment.ofAddress(callbacks.address());
            assertThat((int) function(self, 0, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                            .invokeExact(self))
                    .as("kCPP")
                    .isZero();
            MemorySegment version =
                    (MemorySegment) function(self, 1, FunctionDescriptor.of(VERSION, ValueLayout.ADDRESS))
                            .invoke(arena, self);
            assertThat(version.get(ValueLayout.ADDRESS, 0).reinterpret(64).getString(0))
                    .isEqualTo("IProgressMonitor");
            assertThat(version.get(ValueLayout.JAVA_INT, 8)).isEqualTo(1);
            assertThat(version.get(ValueLayout.JAVA_INT, 12)).isZero();

            MemorySegment build = arena.allocateFrom("build");
            MemorySegment timing = arena.allocateFrom("timing");
            start(self, build, MemorySegment.NULL, 2);
            start(self, timing, build, 4);
            assertThat(step(self, timing, 1)).isTrue();
            finish(self, timing);
            assertThat(step(self, build, 0)).isTrue();
            assertThat(updates).containsExactly("250 timing", "500 build");

            Thread.currentThread().interrupt();
            assertThat(step(self, build, 1)).as("a build is stopped by false").isFalse();
            assertThat(Thread.interrupted()).isTrue();

            FunctionDescriptor destructor = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS);
            function(self, 2, destructor).invokeExact(self);
            function(self, 3, destructor).invokeExact(self);
        }
    }

    @Test
    void takesCallsOfOtherThreadsAndNamesThatAreNone() throws Throwable {
        try (ProgressCallbacks callbacks = new ProgressCallbacks(progress)) {
            MemorySegment self = MemorySegment.ofAddress(callbacks.address());
            Thread other = new Thread(() -> {
                try {
                    start(self, MemorySegment.NULL, MemorySegment.NULL, -1);
                    updates.add(String.valueOf(step(self, MemorySegment.NULL, -5)));
                } catch (Throwable e) {
                    updates.add(e.toString());
                }
            });
            other.start();
            other.join();
            assertThat(updates).containsExactly("true");
        }
    }

    private static void start(MemorySegment self, MemorySegment name, MemorySegment parent, int steps)
            throws Throwable {
        function(
                        self,
                        4,
                        FunctionDescriptor.ofVoid(
                                ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT))
                .invokeExact(self, name, parent, steps);
    }

    private static boolean step(MemorySegment self, MemorySegment name, int step) throws Throwable {
        return (boolean) function(
                        self,
                        5,
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_BOOLEAN,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT))
                .invokeExact(self, name, step);
    }

    private static void finish(MemorySegment self, MemorySegment name) throws Throwable {
        function(self, 6, FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                .invokeExact(self, name);
    }

    private static MethodHandle function(MemorySegment self, int index, FunctionDescriptor descriptor) {
        MemorySegment table =
                self.reinterpret(8).get(ValueLayout.ADDRESS, 0).reinterpret(7 * ValueLayout.ADDRESS.byteSize());
        return Linker.nativeLinker().downcallHandle(table.getAtIndex(ValueLayout.ADDRESS, index), descriptor);
    }
}
