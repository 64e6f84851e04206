package io.insula.djl.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.CudaException;
import io.insula.djl.tensorrt.cuda.PinnedMemory;
import java.lang.foreign.ValueLayout;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loop of a decoder in small: a cache that stays, inputs through page-locked memory, steps from a graph. */
class TensorRtExecutionTest {

    private final FakeTensorRt fake = new FakeTensorRt();
    private TensorRtModel model;
    private TensorRtNDManager manager;
    private TensorRtExecution execution;
    private TensorRtNDArray cache;
    private TensorRtNDArray at;
    private TensorRtNDArray value;

    @SuppressWarnings("NullAway.Init")
    TensorRtExecutionTest() {}

    @BeforeEach
    void bind() throws Exception {
        model = fake.load("append");
        manager = fake.engine.newBaseManager().newStreamManager();
        execution = model.planBlock().newExecution(manager);
        cache = manager.zeros(new Shape(8), DataType.INT32);
        at = manager.zeros(new Shape(1), DataType.INT64);
        value = manager.zeros(new Shape(1), DataType.INT32);
        execution.bind("cache", cache);
        execution.bind("at", at);
        execution.bind("value", value);
        execution.bind("updated", cache);
    }

    @AfterEach
    void close() {
        model.close();
        manager.close();
        fake.cuda.synchronize(0);
        assertThat(fake.cuda.liveBlocks()).isZero();
        assertThat(fake.plan().closed()).isTrue();
    }

    @Test
    void stepsOverArraysThatStay() {
        try (PinnedMemory positions = manager.pinned(8);
                PinnedMemory values = manager.pinned(4);
                PinnedMemory result = manager.pinned(32)) {
            for (int step = 0; step < 8; step++) {
                positions.segment().set(ValueLayout.JAVA_LONG, 0, step);
                values.segment().set(ValueLayout.JAVA_INT, 0, 10 * step);
                execution.copyIn(at, positions.segment());
                execution.copyIn(value, values.segment());
                execution.run();
                execution.copyOut(result.segment(), cache);
                execution.synchronize();
                assertThat(result.segment().getAtIndex(ValueLayout.JAVA_INT, step))
                        .isEqualTo(10 * step);
            }
            assertThat(cache.toIntArray()).containsExactly(0, 10, 20, 30, 40, 50, 60, 70);
        }
    }

    @Test
    void stepsFromAGraph() {
        try (PinnedMemory positions = manager.pinned(8);
                PinnedMemory values = manager.pinned(4);
                PinnedMemory result = manager.pinned(32)) {
            try (TensorRtGraph graph = execution.capture(() -> {
                execution.copyIn(at, positions.segment());
                execution.copyIn(value, values.segment());
                execution.run();
                execution.copyOut(result.segment(), cache);
            })) {
                for (int step = 0; step < 8; step++) {
                    positions.segment().set(ValueLayout.JAVA_LONG, 0, step);
                    values.segment().set(ValueLayout.JAVA_INT, 0, step + 1);
                    graph.launch();
                    execution.synchronize();
                    assertThat(result.segment().getAtIndex(ValueLayout.JAVA_INT, step))
                            .isEqualTo(step + 1);
                }
                assertThat(result.segment().toArray(ValueLayout.JAVA_INT)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
            }
        }
    }

    @Test
    void aGraphKeepsItsMemory() {
        TensorRtGraph graph = execution.capture();
        cache.close();
        at.close();
        value.close();
        graph.launch();
        execution.synchronize();
        int held = fake.cuda.liveBlocks();
        graph.close();
        manager.synchronize();
        assertThat(fake.cuda.liveBlocks()).isLessThan(held);
        assertThatIllegalStateException().isThrownBy(graph::launch).withMessage("The graph is closed.");
    }

    @Test
    void refusesToRunOnClosedArrays() {
        value.close();
        assertThatIllegalStateException().isThrownBy(execution::run).withMessage("The array is closed.");
    }

    @Test
    void refusesToRunOnMemoryThatABoundArrayGaveUp() {
        value.intern(manager.create(new int[] {5}));
        assertThatIllegalStateException()
                .isThrownBy(execution::run)
                .withMessage(
                        "tensor value: its array took over other memory since it was bound (expected: bound again)");
        execution.bind("value", value);
        execution.run();
        assertThat(cache.toIntArray()[0]).isEqualTo(5);
    }

    @Test
    void readsTheBeginningOfALargerArrayOnTheHost() throws Exception {
        try (TensorRtModel hosted = fake.load("host");
                TensorRtExecution other = hosted.planBlock().newExecution(manager)) {
            other.bind("x", manager.ones(new Shape(4)));
            other.bind("size", manager.create(new long[] {7, 8, 9}), new Shape(1));
            TensorRtNDArray y = manager.zeros(new Shape(4), DataType.FLOAT32);
            other.bind("y", y);
            other.run();
            assertThat(y.toByteArray()).containsOnly(7);
        }
        fake.plans.removeLast();
    }

    @Test
    void saysWhatIsNotBound() throws Exception {
        try (TensorRtExecution other = model.planBlock().newExecution(manager)) {
            other.bind("at", at);
            assertThatIllegalStateException()
                    .isThrownBy(other::run)
                    .withMessage("Not bound yet: [cache, value, updated]");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> other.bind("position", at))
                    .withMessage("tensor: position (expected one of: [cache, at, value, updated])");
        }
    }

    @Test
    void refusesArraysThatDoNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> execution.bind("at", value))
                .withMessage("input at: int32 (expected: int64)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> execution.bind("cache", manager.zeros(new Shape(9), DataType.INT32)))
                .withMessage("input cache: (9) (expected: (8))");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> execution.bind("updated", manager.zeros(new Shape(7), DataType.INT32)))
                .withMessage("output updated: (7) has 28 bytes (expected: at least 32)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> execution.bind("updated", cache.view(1, new Shape(7))))
                .withMessageContaining("28 bytes");
    }

    @Test
    void refusesViewsAtOddAddresses() {
        TensorRtNDArray wide = manager.zeros(new Shape(128), DataType.INT32);
        execution.bind("cache", wide.view(64, new Shape(8)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> execution.bind("cache", wide.view(1, new Shape(8))))
                .withMessageContaining("(expected: a multiple of 256");
    }

    @Test
    void bindsAPartOfALargerArray() {
        TensorRtNDArray wide = manager.zeros(new Shape(128), DataType.INT32);
        execution.bind("cache", wide, new Shape(8));
        execution.bind("updated", wide);
        at.set(java.nio.LongBuffer.wrap(new long[] {2}));
        value.set(java.nio.IntBuffer.wrap(new int[] {9}));
        execution.run();
        assertThat(wide.toIntArray()[2]).isEqualTo(9);
    }

    @Test
    void graphsKeepToOneStream() {
        TensorRtNDArray foreign = fake.engine.newBaseManager().zeros(new Shape(1), DataType.INT32);
        execution.bind("value", foreign);
        assertThatIllegalArgumentException()
                .isThrownBy(execution::capture)
                .withMessageContaining("Arrays of other streams are bound");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> execution.copyIn(foreign, manager.pinned(4).segment()))
                .withMessageContaining("an array of another stream");
        execution.run();
        foreign.close();
        assertThat(cache.toIntArray()).containsOnly(0);
    }

    @Test
    void aFailedCaptureLeavesTheStreamUsable() {
        int[] calls = {0};
        Assertions.assertThatExceptionOfType(CudaException.class)
                .isThrownBy(() -> execution.capture(() -> {
                    execution.run();
                    if (calls[0]++ > 0) {
                        manager.create(new Shape(1), DataType.INT32);
                    }
                }))
                .withMessageContaining("not permitted while capturing");
        execution.run();
        execution.synchronize();
    }

    @Test
    void refusesUseAfterClose() {
        execution.close();
        execution.close();
        assertThatIllegalStateException().isThrownBy(execution::run).withMessage("The execution is closed.");
        assertThatIllegalStateException().isThrownBy(() -> execution.bind("at", at));
        assertThat(fake.plan().openContexts()).isZero();
    }
}
