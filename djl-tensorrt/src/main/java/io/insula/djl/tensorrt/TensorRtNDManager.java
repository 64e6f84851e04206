package io.insula.djl.tensorrt;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.PinnedMemory;
import io.insula.djl.tensorrt.memory.DeviceBlock;
import io.insula.djl.tensorrt.memory.DeviceStream;
import io.insula.djl.tensorrt.memory.Gpu;
import io.insula.djl.tensorrt.nvinfer.TensorType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Makes arrays on one device and frees them when it closes.
 *
 * <p>Its arrays belong to its stream: sub-managers share the stream of their parent, unless they were made by
 * {@link #newStreamManager}.
 *
 * <p><b>Thread</b>: any.
 */
public class TensorRtNDManager extends BaseNDManager {

    private final TensorRtEngine engine;
    private final Gpu gpu;
    private final DeviceStream stream;
    private final boolean ownsStream;

    @SuppressWarnings("this-escape")
    private TensorRtNDManager(
            TensorRtEngine engine,
            @Nullable NDManager parent,
            Device device,
            Gpu gpu,
            DeviceStream stream,
            boolean ownsStream) {
        // DJL's constructor asks for the engine.
        this.engine = engine;
        this.gpu = gpu;
        this.stream = stream;
        this.ownsStream = ownsStream;
        super(parent, device);
    }

    static TensorRtNDManager ofSystem(TensorRtEngine engine) {
        Gpu gpu = engine.gpu(Device.gpu(0));
        return new SystemManager(engine, gpu);
    }

    @Override
    public Engine getEngine() {
        return engine;
    }

    @Override
    public TensorRtNDManager newSubManager(@Nullable Device device) {
        Device wanted = device == null ? getDevice() : device;
        Gpu target = engine.gpu(wanted);
        DeviceStream shared = target == gpu ? stream : target.streams().base();
        return attached(new TensorRtNDManager(engine, this, wanted, target, shared, false));
    }

    @Override
    public TensorRtNDManager newSubManager() {
        return newSubManager(getDevice());
    }

    /** A sub-manager whose work runs beside everybody else's, on a stream that it has for itself until it closes. */
    public TensorRtNDManager newStreamManager() {
        return attached(new TensorRtNDManager(
                engine, this, getDevice(), gpu, gpu.streams().lend(), true));
    }

    private TensorRtNDManager attached(TensorRtNDManager child) {
        try {
            attachUncappedInternal(child.uid, child);
        } catch (RuntimeException closed) {
            child.giveStreamBack();
            throw closed;
        }
        return child;
    }

    @Override
    public ByteBuffer allocateDirect(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
    }

    /** The array itself when it is on this device, else a copy. */
    @Override
    public TensorRtNDArray from(NDArray array) {
        if (array instanceof TensorRtNDArray mine && mine.gpu() == gpu) {
            return mine;
        }
        TensorRtNDArray copy = array instanceof TensorRtNDArray foreign && foreign.tensorType() != null
                ? create(foreign.toByteBuffer(true), foreign.getShape(), foreign.tensorType())
                : create(array.toByteBuffer(), array.getShape(), array.getDataType());
        copy.setName(array.getName());
        return copy;
    }

    /** An array whose content is whatever the memory held. */
    @Override
    public TensorRtNDArray create(Shape shape, DataType dataType) {
        return newArray(stream, shape, ArrayType.of(dataType));
    }

    /** An array of any type of TensorRT, also of those that DJL has no name for; its content is whatever the memory held. */
    public TensorRtNDArray create(Shape shape, TensorType type) {
        return newArray(stream, shape, ArrayType.of(type));
    }

    @Override
    public TensorRtNDArray create(Buffer data, Shape shape, DataType dataType) {
        TensorRtNDArray array = create(shape, dataType);
        return filled(array, data);
    }

    /** An array of any type of TensorRT from its raw bytes; elements narrower than a byte are packed, the first in the low bits. */
    public TensorRtNDArray create(ByteBuffer data, Shape shape, TensorType type) {
        return filled(create(shape, type), data);
    }

    @Override
    public TensorRtNDArray zeros(Shape shape, DataType dataType) {
        TensorRtNDArray array = create(shape, dataType);
        array.fill(0);
        return array;
    }

    /** Page-locked host memory: copies between it and arrays run while the host goes on. The caller closes it. */
    public PinnedMemory pinned(long sizeBytes) {
        return gpu.cuda().allocatePinned(sizeBytes);
    }

    /** Waits until the work that was enqueued on this manager's stream has run. */
    public void synchronize() {
        stream.synchronize();
    }

    @Override
    public void close() {
        boolean first = isOpen();
        super.close();
        if (first) {
            giveStreamBack();
            if (alternativeManager != null) {
                alternativeManager.close();
                alternativeManager = null;
            }
        }
    }

    Gpu gpu() {
        return gpu;
    }

    DeviceStream stream() {
        return stream;
    }

    TensorRtEngine engine() {
        return engine;
    }

    /** An array of this manager whose memory belongs to a given stream. */
    TensorRtNDArray newArray(DeviceStream owner, Shape shape, ArrayType type) {
        Gpu home = owner.device() == gpu.info().index() ? gpu : engine.gpu(Device.gpu(owner.device()));
        DeviceBlock block = home.memory().allocate(owner, type.sizeBytes(shape), "NDArray " + shape + " " + type);
        return attach(block, 0, shape, type);
    }

    /** An array over memory that it shares; takes over one ownership of the block. */
    TensorRtNDArray attach(DeviceBlock block, long offset, Shape shape, ArrayType type) {
        try {
            return new TensorRtNDArray(this, alternativeManager, block, offset, shape, type);
        } catch (RuntimeException closed) {
            block.close();
            throw closed;
        }
    }

    private static TensorRtNDArray filled(TensorRtNDArray array, Buffer data) {
        try {
            array.set(data);
            return array;
        } catch (RuntimeException refused) {
            array.close();
            throw refused;
        }
    }

    private void giveStreamBack() {
        if (ownsStream) {
            gpu.streams().giveBack(stream);
        }
    }

    /** The root that everything hangs from; it is never closed. */
    private static final class SystemManager extends TensorRtNDManager implements SystemNDManager {

        SystemManager(TensorRtEngine engine, Gpu gpu) {
            super(engine, null, Device.gpu(0), gpu, gpu.streams().base(), false);
        }

        @Override
        public void close() {
            // Lives as long as the process.
        }
    }
}
