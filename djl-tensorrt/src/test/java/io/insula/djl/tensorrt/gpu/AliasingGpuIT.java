package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ModelException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.ZooModel;
import io.insula.djl.tensorrt.TensorRtExecution;
import io.insula.djl.tensorrt.TensorRtNDArray;
import io.insula.djl.tensorrt.TensorRtNDManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outputs that lie where an input lies. */
@NeedsGpu
class AliasingGpuIT {

    @TempDir
    Path folder;

    @Test
    void anOutputBoundToItsInputIsComputedInPlace() throws ModelException, IOException {
        Numbers type = Numbers.FLOAT;
        float[] added = type.random(1000, 1);
        Path file = new OnnxFile()
                .input("x", type, 1000)
                .weights("added", type, added, 1000)
                .node("Add", List.of("x", "added"), "y")
                .output("y", type, 1000)
                .write(folder.resolve("add.onnx"));
        float[] x = type.random(1000, 2);
        try (ZooModel<NDList, NDList> model = Models.load(file, Map.of());
                TensorRtNDManager manager = ((TensorRtNDManager) model.getNDManager()).newStreamManager();
                TensorRtExecution execution = Models.block(model).newExecution(manager)) {
            TensorRtNDArray memory = manager.create(type.bytes(x), new Shape(1000), type.djl());
            execution.bind("x", memory);
            execution.bind("y", memory);
            float[] expected = x.clone();
            for (int round = 0; round < 3; round++) {
                execution.run();
                for (int i = 0; i < expected.length; i++) {
                    expected[i] += added[i];
                }
            }
            assertThat(memory.toFloatArray()).isEqualTo(expected);
        }
    }

    @Test
    void aCacheIsUpdatedInPlace() throws ModelException, IOException, ReflectiveOperationException {
        assumeTrue(
                CacheUpdatePlan.available(), "These bindings of TensorRT have no layer that updates a cache in place.");
        Path file = folder.resolve("cache.plan");
        CacheUpdatePlan.write(file);
        Numbers type = Numbers.BFLOAT;
        int row = CacheUpdatePlan.SIZE;
        int head = CacheUpdatePlan.CAPACITY * row;
        int rows = CacheUpdatePlan.BATCH * CacheUpdatePlan.HEADS;
        float[] cache = type.random(rows * head, 1);
        float[] update = type.random(rows * row, 2);
        int[] positions = {5, 127};
        try (ZooModel<NDList, NDList> model = Models.load(file, Map.of());
                TensorRtNDManager manager = ((TensorRtNDManager) model.getNDManager()).newStreamManager();
                TensorRtExecution execution = Models.block(model).newExecution(manager)) {
            assertThat(Models.block(model).plan().tensor("cacheOut").aliasOf()).isEqualTo("cache");
            TensorRtNDArray memory = manager.create(
                    type.bytes(cache),
                    new Shape(
                            CacheUpdatePlan.BATCH,
                            CacheUpdatePlan.HEADS,
                            CacheUpdatePlan.CAPACITY,
                            CacheUpdatePlan.SIZE),
                    type.djl());
            execution.bind("cache", memory);
            execution.bind("cacheOut", memory);
            execution.bind(
                    "update",
                    manager.create(
                            type.bytes(update),
                            new Shape(CacheUpdatePlan.BATCH, CacheUpdatePlan.HEADS, 1, CacheUpdatePlan.SIZE),
                            type.djl()));
            ByteBuffer numbers = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
            numbers.putInt(positions[0]).putInt(positions[1]).flip();
            execution.bind(
                    "positions",
                    manager.create(numbers, new Shape(CacheUpdatePlan.BATCH), ai.djl.ndarray.types.DataType.INT32));
            execution.run();
            for (int i = 0; i < rows; i++) {
                int position = positions[i / CacheUpdatePlan.HEADS];
                System.arraycopy(update, i * row, cache, i * head + position * row, row);
            }
            assertThat(memory.toFloatArray()).isEqualTo(cache);
        }
    }
}
