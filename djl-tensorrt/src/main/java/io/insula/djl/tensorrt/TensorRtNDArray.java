package io.insula.djl.tensorrt;

import ai.djl.Device;
import ai.djl.ndarray.LazyNDArray;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrayAdapter;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.memory.DeviceBlock;
import io.insula.djl.tensorrt.memory.DeviceStream;
import io.insula.djl.tensorrt.memory.Gpu;
import io.insula.djl.tensorrt.nvinfer.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * An array in the memory of a device.
 *
 * <p>What only rearranges or copies bytes happens on the device: reshaping, leading indices, splitting, stacking. What computes
 * is left to another engine, if there is one.
 *
 * <p><b>Units</b>: as large as the device allows; only transfers through a {@link ByteBuffer} end at 2 GiB.
 *
 * <p><b>Order</b>: an array belongs to the stream of the manager that made it. Whoever reads or writes it on another stream is
 * made to wait, and is waited for.
 *
 * <p><b>Thread</b>: one at a time, as for every DJL array.
 */
public final class TensorRtNDArray extends NDArrayAdapter implements LazyNDArray {

    /** Below this, direct memory costs more than it saves. */
    private static final int DIRECT_BYTES = 1 << 20;

    private final Gpu gpu;
    private final NDManager system;
    private ArrayType type;
    private DeviceBlock block;
    private long offset;

    TensorRtNDArray(
            TensorRtNDManager manager,
            @Nullable NDManager alternative,
            DeviceBlock block,
            long offset,
            Shape shape,
            ArrayType type) {
        super(manager, NoOperations.unless(alternative), shape, type.dataType(), NDManager.nextUid());
        // Not the manager's: arrays may be handed to managers of other devices, and stay where they are.
        this.gpu = manager.engine().gpu(Device.gpu(block.stream().device()));
        this.system = manager.engine().system();
        this.block = block;
        this.offset = offset;
        this.type = type;
        manager.attachInternal(uid, this);
        NDScope.register(this);
    }

    /** The address on the device, for those who drive TensorRT or CUDA themselves. It ends with the array. */
    public long address() {
        return open().address() + offset;
    }

    /** Bytes of the content. */
    public long sizeBytes() {
        return type.sizeBytes(getShape());
    }

    /** TensorRT's type, null when TensorRT has none and the array is merely stored. */
    public @Nullable TensorType tensorType() {
        return type.tensorType();
    }

    @Override
    public Device getDevice() {
        return Device.gpu(gpu.info().index());
    }

    /**
     * An array over part of this one's memory, which lives until both are closed.
     *
     * @param firstElement where it begins, in elements; it must be at a whole byte
     * @param viewed its shape
     */
    public TensorRtNDArray view(long firstElement, Shape viewed) {
        return view(firstElement, viewed, type);
    }

    TensorRtNDArray view(long firstElement, Shape viewed, ArrayType as) {
        long bits = Math.multiplyExact(firstElement, (long) type.bits());
        if (bits % 8 != 0) {
            throw new IllegalArgumentException("firstElement: " + firstElement
                    + " (expected: the beginning of a byte, elements have " + type.bits() + " bits)");
        }
        DeviceBlock shared = open();
        long start = bits / 8;
        if (start < 0 || start > sizeBytes() - as.sizeBytes(viewed)) {
            throw new IndexOutOfBoundsException(
                    "view of " + viewed + " at element " + firstElement + " (expected: within " + getShape() + ")");
        }
        return owner().attach(shared.share(), offset + start, viewed, as);
    }

    /** Copies host memory here; returns as soon as the host memory may be reused. */
    public void copyFrom(MemorySegment source) {
        requireSize("source", source.byteSize());
        DeviceBlock kept = open();
        try {
            gpu.staging().upload(kept.stream(), address(), source);
        } finally {
            // A detached array that nobody uses afterwards may be collected, and freed, before its last piece is
            // enqueued.
            Reference.reachabilityFence(kept);
        }
    }

    /** Copies the content to host memory, once the work enqueued before has run. */
    public void copyTo(MemorySegment target) {
        requireSize("target", target.byteSize());
        DeviceBlock kept = open();
        try {
            gpu.staging().download(kept.stream(), target, address());
        } finally {
            Reference.reachabilityFence(kept);
        }
    }

    private void requireSize(String what, long sizeBytes) {
        if (sizeBytes != sizeBytes()) {
            throw new IllegalArgumentException(what + ": " + sizeBytes + " bytes (expected: " + sizeBytes() + ")");
        }
    }

    /** Sets every byte. */
    void fill(int value) {
        long address = address();
        long size = sizeBytes();
        if (size > 0) {
            open().stream().submit(queue -> queue.fill(address, value, size));
        }
    }

    @Override
    public ByteBuffer toByteBuffer(boolean tryDirect) {
        long size = sizeBytes();
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalStateException("The array has " + size
                    + " bytes, more than a ByteBuffer can hold: use copyTo(MemorySegment) or a view of a part.");
        }
        boolean direct = tryDirect && size > DIRECT_BYTES;
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect((int) size) : ByteBuffer.allocate((int) size);
        copyTo(MemorySegment.ofBuffer(buffer));
        return buffer.order(ByteOrder.nativeOrder());
    }

    /** Overwrites the content in place: the address stays, as captured graphs need it. */
    @Override
    public void set(Buffer data) {
        copyFrom(HostBuffers.bytes(data, getShape(), type));
    }

    @Override
    public void copyTo(NDArray array) {
        if (array instanceof TensorRtNDArray target && target.gpu == gpu) {
            target.requireSize("array", sizeBytes());
            target.open().copyFrom(target.offset, open(), offset, sizeBytes());
        } else {
            array.set(getDataType().asDataType(toByteBuffer(true)));
        }
    }

    @Override
    public NDArray duplicate() {
        TensorRtNDArray copy = alike(getShape());
        copy.setName(getName());
        copyTo(copy);
        return copy;
    }

    @Override
    public NDArray toType(DataType wanted, boolean copy) {
        if (wanted.equals(getDataType())) {
            return copy ? duplicate() : this;
        }
        TensorRtNDManager target = owner();
        DeviceStream stream =
                target.gpu() == gpu ? target.stream() : gpu.streams().base();
        ByteBuffer numbers = HostBuffers.convert(toByteBuffer(false), getDataType(), wanted);
        TensorRtNDArray converted = target.newArray(stream, getShape(), ArrayType.of(wanted));
        converted.set(numbers);
        converted.setName(getName());
        return converted;
    }

    @Override
    public float[] toFloatArray() {
        if (getDataType() == DataType.BFLOAT16) {
            ByteBuffer floats = HostBuffers.convert(toByteBuffer(false), DataType.BFLOAT16, DataType.FLOAT32);
            float[] values = new float[floats.remaining() / Float.BYTES];
            floats.asFloatBuffer().get(values);
            return values;
        }
        return super.toFloatArray();
    }

    @Override
    public NDArray reshape(Shape wanted) {
        return Rearranged.reshape(this, wanted);
    }

    @Override
    public NDArray flatten() {
        return view(0, new Shape(getShape().size()));
    }

    @Override
    public NDArray expandDims(int axis) {
        return Rearranged.expandDims(this, axis);
    }

    @Override
    public NDArray squeeze(int[] axes) {
        return Rearranged.squeeze(this, axes);
    }

    @Override
    public NDList split(long sections, int axis) {
        return Rearranged.split(this, sections, axis);
    }

    @Override
    public NDList split(long[] indices, int axis) {
        return Rearranged.split(this, indices, axis);
    }

    @Override
    public NDArray get(NDIndex index) {
        TensorRtNDArray part = Rearranged.leading(this, index);
        return part == null ? super.get(index) : part;
    }

    @Override
    public NDArray get(NDManager manager, NDIndex index) {
        TensorRtNDArray part = Rearranged.leading(this, index);
        if (part == null) {
            return super.get(manager, index);
        }
        part.attach(manager);
        return part;
    }

    @Override
    public NDArrayEx getNDArrayInternal() {
        return ArrayOperations.of(this, () -> super.getNDArrayInternal());
    }

    @Override
    public void intern(NDArray replaced) {
        if (!(replaced instanceof TensorRtNDArray other) || other.gpu != gpu) {
            throw new IllegalArgumentException("replaced: an array on " + replaced.getDevice()
                    + " (expected: one of TensorRT on " + getDevice() + ")");
        }
        if (other.getUid().equals(getUid())) {
            return;
        }
        DeviceBlock taken = other.open().share();
        open().close();
        block = taken;
        offset = other.offset;
        type = other.type;
        shape = other.getShape();
        dataType = type.dataType();
        other.close();
    }

    @Override
    public void attach(NDManager target) {
        super.attach(target);
        if (alternativeManager instanceof TensorRtNDManager) {
            // What DJL falls back to would ask this array to compute by itself, without end.
            alternativeManager = NoOperations.MANAGER;
        }
    }

    @Override
    public void detach() {
        manager.detachInternal(getUid());
        manager = system;
        NDScope.unregister(this);
    }

    @Override
    public void waitToRead() {
        open().stream().synchronize();
    }

    @Override
    public void waitToWrite() {
        waitToRead();
    }

    @Override
    public void waitAll() {
        gpu.cuda().synchronize(gpu.info().index());
    }

    /** Once, also when its manager is closed by another thread at that moment: the memory may be shared with views. */
    @Override
    public void close() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            super.close();
        }
        block.close();
    }

    /** The other array where it is on this one's device, else a copy of it there. */
    TensorRtNDArray sameDevice(NDArray other) {
        if (other instanceof TensorRtNDArray mine && mine.gpu == gpu) {
            return mine;
        }
        TensorRtNDManager target = owner();
        return (target.gpu() == gpu ? target : target.newSubManager(getDevice())).from(other);
    }

    /** A new array of this one's type on its device; its content is whatever the memory held. */
    TensorRtNDArray alike(Shape wanted) {
        TensorRtNDManager target = owner();
        DeviceStream stream =
                target.gpu() == gpu ? target.stream() : gpu.streams().base();
        return target.newArray(stream, wanted, type);
    }

    Gpu gpu() {
        return gpu;
    }

    ArrayType type() {
        return type;
    }

    DeviceBlock block() {
        return open();
    }

    long offset() {
        return offset;
    }

    /** The manager that new arrays made from this one belong to. */
    TensorRtNDManager owner() {
        return manager instanceof TensorRtNDManager mine ? mine : (TensorRtNDManager) system;
    }

    private DeviceBlock open() {
        if (isClosed) {
            throw new IllegalStateException("The array is closed.");
        }
        return block;
    }
}
