package io.insula.djl.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.nvinfer.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorRtNDArrayTest {

    private final FakeTensorRt fake = new FakeTensorRt();
    private final TensorRtNDManager manager = fake.engine.newBaseManager();

    @AfterEach
    void leavesNothingOnTheDevice() {
        manager.close();
        fake.cuda.synchronize(0);
        assertThat(fake.engine.memory(Device.gpu(0)).liveBlocks()).isZero();
        assertThat(fake.cuda.liveBlocks()).isZero();
    }

    @Test
    void carriesNumbersToTheDeviceAndBack() {
        float[] numbers = randomFloats(1000);
        assertThat(manager.create(numbers).toFloatArray()).containsExactly(numbers);
        assertThat(manager.create(new long[] {1L << 40, -1}).toLongArray()).containsExactly(1L << 40, -1);
        assertThat(manager.create(new boolean[] {true, false}).toBooleanArray()).containsExactly(true, false);
        assertThat(manager.create(new byte[] {-1, 5}).toByteArray()).containsExactly(-1, 5);
        assertThat(manager.create(3.5).toDoubleArray()).containsExactly(3.5);
        assertThat(manager.create(new Shape(0, 3)).toFloatArray()).isEmpty();
        assertThat(manager.zeros(new Shape(2, 2)).toFloatArray())
                .containsOnly(0)
                .hasSize(4);
        assertThat(manager.ones(new Shape(3)).toFloatArray()).containsExactly(1, 1, 1);
    }

    @ParameterizedTest
    @EnumSource
    void storesEveryTypeOfTensorRt(TensorType type) {
        Shape shape = new Shape(3, 5);
        byte[] bytes = new byte[Math.toIntExact(type.sizeBytes(shape))];
        new Random(type.code()).nextBytes(bytes);
        try (TensorRtNDArray array = manager.create(ByteBuffer.wrap(bytes), shape, type)) {
            assertThat(array.toByteArray()).containsExactly(bytes);
            assertThat(array.tensorType()).isEqualTo(type);
            assertThat(array.getDataType()).isEqualTo(type.dataType());
            assertThat(array.sizeBytes()).isEqualTo((15L * type.bits() + 7) / 8);
        }
    }

    @Test
    void arraysStayOnTheirDeviceWhicheverManagerHoldsThem() {
        FakeTensorRt two = new FakeTensorRt(2, 1L << 20);
        try (TensorRtNDManager first = two.engine.newBaseManager(Device.gpu(0));
                TensorRtNDManager second = two.engine.newBaseManager(Device.gpu(1))) {
            NDArray detached = second.create(new float[] {1, 2, 3, 4}, new Shape(2, 2));
            detached.detach();
            NDArray handed = second.create(new float[] {5, 6, 7, 8}, new Shape(2, 2));
            handed.attach(first);
            for (NDArray array : new NDArray[] {detached, handed}) {
                for (NDArray made : new NDArray[] {
                    array.reshape(4),
                    array.get(1),
                    array.duplicate(),
                    array.split(2, 1).get(1),
                    array.toType(DataType.INT32, false),
                    NDArrays.stack(new NDList(array, array)),
                    NDArrays.concat(new NDList(array, first.create(new float[] {9, 9}, new Shape(1, 2))))
                }) {
                    assertThat(made.getDevice()).isEqualTo(Device.gpu(1));
                    float last = made.toType(DataType.FLOAT32, true).toFloatArray()[0];
                    assertThat(last).isIn(1f, 2f, 3f, 5f, 6f, 7f);
                }
            }
            assertThat(two.engine.memory(Device.gpu(1)).liveBlocks()).isPositive();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> detached.intern(first.create(1f)))
                    .withMessage("replaced: an array on gpu(0) (expected: one of TensorRT on gpu(1))");
            detached.intern(detached);
            assertThat(detached.toFloatArray()).containsExactly(1, 2, 3, 4);
            detached.close();
        }
    }

    @Test
    void readsBuffersOfTheOtherByteOrder() {
        FloatBuffer foreign = ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN)
                .asFloatBuffer();
        foreign.put(0, 1.5f).put(1, -2);
        assertThat(manager.create(foreign, new Shape(2), DataType.FLOAT32).toFloatArray())
                .containsExactly(1.5f, -2);
    }

    @Test
    void refusesBuffersThatDoNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> manager.create(new float[3], new Shape(2, 2)))
                .withMessage("data: 12 bytes (expected: 16 for (2, 2) float32)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> manager.create(FloatBuffer.allocate(4), new Shape(4), DataType.INT32))
                .withMessageContaining("(expected: a buffer of int32 or a ByteBuffer)");
        assertThatThrownBy(() -> manager.create(new Shape(1), DataType.STRING))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("data type: string");
        assertThat(fake.engine.memory(Device.gpu(0)).liveBlocks()).isZero();
    }

    @Test
    void overwritesInPlace() {
        TensorRtNDArray array = (TensorRtNDArray) manager.create(new float[] {1, 2});
        long address = array.address();
        array.set(FloatBuffer.wrap(new float[] {3, 4}));
        assertThat(array.address()).isEqualTo(address);
        assertThat(array.toFloatArray()).containsExactly(3, 4);
    }

    @Test
    void rearrangesWithoutCopying() {
        TensorRtNDArray array = (TensorRtNDArray) twelve(new Shape(3, 4));
        TensorRtNDArray reshaped = (TensorRtNDArray) array.reshape(2, -1);
        assertThat(reshaped.getShape()).isEqualTo(new Shape(2, 6));
        assertThat(reshaped.address()).isEqualTo(array.address());
        assertThat(array.expandDims(0).getShape()).isEqualTo(new Shape(1, 3, 4));
        assertThat(array.expandDims(-1).getShape()).isEqualTo(new Shape(3, 4, 1));
        assertThat(array.expandDims(0).squeeze(0).getShape()).isEqualTo(new Shape(3, 4));
        assertThat(array.flatten().getShape()).isEqualTo(new Shape(12));
        assertThat(array.get(1).toFloatArray()).containsExactly(4, 5, 6, 7);
        assertThat(array.get(2, 3).toFloatArray()).containsExactly(11);
        assertThat(array.get(-1).toFloatArray()).containsExactly(8, 9, 10, 11);
        assertThat(array.get(new NDIndex("1, :")).toFloatArray()).containsExactly(4, 5, 6, 7);
        assertThat(array.view(5, new Shape(2)).toFloatArray()).containsExactly(5, 6);
        assertThatThrownBy(() -> array.get(3))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("index: 3 (expected: 0..2)");
        assertThatThrownBy(() -> array.view(10, new Shape(3))).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> array.reshape(5, 2))
                .withMessageContaining("expected: 12 elements");
    }

    @Test
    void splitsAlongAnyAxis() {
        NDArray array = twelve(new Shape(2, 6));
        NDList rows = array.split(2);
        assertThat(rows.get(1).toFloatArray()).containsExactly(6, 7, 8, 9, 10, 11);
        NDList columns = array.split(3, 1);
        assertThat(columns).hasSize(3);
        assertThat(columns.get(1).getShape()).isEqualTo(new Shape(2, 2));
        assertThat(columns.get(1).toFloatArray()).containsExactly(2, 3, 8, 9);
        NDList parts = array.split(new long[] {1, 4}, 1);
        assertThat(parts.get(0).toFloatArray()).containsExactly(0, 6);
        assertThat(parts.get(2).toFloatArray()).containsExactly(4, 5, 10, 11);
    }

    @Test
    void stacksAndJoinsOnTheDevice() {
        NDArray a = manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2));
        NDArray b = manager.create(new float[] {5, 6, 7, 8}, new Shape(2, 2));
        assertThat(NDArrays.stack(new NDList(a, b)).getShape()).isEqualTo(new Shape(2, 2, 2));
        assertThat(NDArrays.stack(new NDList(a, b)).toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(NDArrays.stack(new NDList(a, b), 1).toFloatArray()).containsExactly(1, 2, 5, 6, 3, 4, 7, 8);
        assertThat(NDArrays.stack(new NDList(a, b), -1).toFloatArray()).containsExactly(1, 5, 2, 6, 3, 7, 4, 8);
        assertThat(NDArrays.concat(new NDList(a, b)).getShape()).isEqualTo(new Shape(4, 2));
        assertThat(NDArrays.concat(new NDList(a, b), 1).toFloatArray()).containsExactly(1, 2, 5, 6, 3, 4, 7, 8);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.concat(manager.create(new int[] {1, 2, 3, 4}, new Shape(2, 2))))
                .withMessageContaining("int32 (expected: like (2, 2) float32");
    }

    @Test
    void convertsTypesAsJavaDoes() {
        NDArray floats = manager.create(new float[] {-1.5f, 0, 300.25f});
        assertThat(floats.toType(DataType.INT32, false).toIntArray()).containsExactly(-1, 0, 300);
        assertThat(floats.toType(DataType.BOOLEAN, false).toBooleanArray()).containsExactly(true, false, true);
        assertThat(floats.toType(DataType.FLOAT16, false).toFloatArray()).containsExactly(-1.5f, 0, 300.25f);
        assertThat(floats.toType(DataType.FLOAT64, false).toDoubleArray()).containsExactly(-1.5, 0, 300.25);
        // 300.25 is 256 * 1.1728515625, and a bfloat16 has 7 bits after the point: 1.171875 is the nearest.
        assertThat(floats.toType(DataType.BFLOAT16, false).toFloatArray()).containsExactly(-1.5f, 0, 300);
        assertThat(manager.create(new byte[] {-1})
                        .toType(DataType.FLOAT32, false)
                        .toFloatArray())
                .containsExactly(-1);
        NDArray unsigned = manager.create(ByteBuffer.wrap(new byte[] {-1}), new Shape(1), DataType.UINT8);
        assertThat(unsigned.toType(DataType.FLOAT32, false).toFloatArray()).containsExactly(255);
    }

    @Test
    void viewsKeepMemoryAliveUntilTheLastIsClosed() {
        TensorRtNDArray array = (TensorRtNDArray) manager.create(new float[] {1, 2, 3, 4});
        NDArray view = array.get(new NDIndex("1"));
        array.close();
        assertThat(view.toFloatArray()).containsExactly(2);
        view.close();
        manager.synchronize();
        assertThat(fake.cuda.liveBlocks()).isZero();
    }

    @Test
    void refusesUseAfterClose() {
        TensorRtNDArray array = (TensorRtNDArray) manager.create(new float[] {1});
        array.close();
        array.close();
        assertThatIllegalStateException().isThrownBy(array::toFloatArray);
        assertThatIllegalStateException().isThrownBy(array::address).withMessage("The array is closed.");
        assertThatIllegalStateException().isThrownBy(() -> array.set(FloatBuffer.wrap(new float[] {1})));
        TensorRtNDManager closed = fake.engine.newBaseManager();
        closed.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> closed.create(new float[] {1}))
                .withMessageContaining("closed");
    }

    @Test
    void followsItsManager() {
        TensorRtNDManager child = manager.newSubManager();
        NDArray stays = child.create(new float[] {1});
        NDArray goes = child.create(new float[] {2});
        stays.attach(manager);
        child.close();
        assertThat(stays.toFloatArray()).containsExactly(1);
        assertThatIllegalStateException().isThrownBy(goes::toFloatArray);
        stays.detach();
        assertThat(stays.getManager()).isSameAs(fake.engine.system());
        stays.close();
    }

    @Test
    void takesOverAnotherArray() {
        TensorRtNDArray array = (TensorRtNDArray) manager.create(new float[] {1});
        array.intern(manager.create(new float[] {2, 3}));
        assertThat(array.getShape()).isEqualTo(new Shape(2));
        assertThat(array.toFloatArray()).containsExactly(2, 3);
        assertThat(fake.engine.memory(Device.gpu(0)).liveBlocks()).isEqualTo(1);
    }

    @Test
    void saysWhatToDoWithoutAnEngineForOperations() {
        NDArray array = manager.create(new float[] {1, 2});
        assertThatThrownBy(() -> array.add(1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("TensorRT runs whole plans and has no array operations");
        array.attach(manager.newSubManager());
        assertThatThrownBy(() -> array.softmax(0))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("add an engine such as PyTorch");
        assertThatThrownBy(() -> array.get(new NDIndex("0:1")))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("toFloatArray()");
    }

    @Test
    void readsWhatAnotherStreamWillHaveWritten() {
        try (TensorRtNDManager ours = manager.newStreamManager();
                TensorRtNDManager theirs = manager.newStreamManager()) {
            // Zeros are set on the device; what is brought from the host would be waited for on the way.
            NDArray source = theirs.zeros(new Shape(2));
            TensorRtNDArray target = ours.create(new Shape(2), DataType.FLOAT32);
            source.copyTo(target);
            assertThat(target.toFloatArray()).containsExactly(0, 0);
            NDArray joined = NDArrays.concat(new NDList(target, theirs.zeros(new Shape(1))));
            assertThat(joined.toFloatArray()).containsExactly(0, 0, 0);
        }
    }

    @Test
    void waitsForWorkOfOtherStreams() {
        try (TensorRtNDManager ours = manager.newStreamManager();
                TensorRtNDManager theirs = manager.newStreamManager()) {
            TensorRtNDArray source = (TensorRtNDArray) theirs.create(new float[] {7, 8});
            TensorRtNDArray target = ours.create(new Shape(2), DataType.FLOAT32);
            source.copyTo(target);
            // Freed after the copy was enqueued: it has to run first.
            source.close();
            theirs.synchronize();
            assertThat(target.toFloatArray()).containsExactly(7, 8);
        }
    }

    @Test
    void streamsOutliveTheirManagers() {
        TensorRtNDManager ours = manager.newStreamManager();
        NDArray array = ours.create(new float[] {1});
        array.attach(manager);
        int streams = fake.cuda.streams();
        ours.close();
        assertThat(array.toFloatArray()).containsExactly(1);
        manager.newStreamManager().close();
        assertThat(fake.cuda.streams()).isEqualTo(streams);
    }

    private NDArray twelve(Shape shape) {
        float[] numbers = new float[12];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        return manager.create(numbers, shape);
    }

    private static float[] randomFloats(int count) {
        Random random = new Random(7);
        float[] numbers = new float[count];
        IntStream.range(0, count).forEach(i -> numbers[i] = random.nextFloat());
        return numbers;
    }
}
