package io.insula.djl.tensorrt.gpu;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.global.nvinfer.NetworkDefinitionCreationFlag;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.ILayer;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.ITensor;

/**
 * A plan of one layer that writes rows into a cache in place, made with the bindings since ONNX has no such operator.
 *
 * <p><b>Shape</b>: cache and cacheOut {@code [batch, heads, capacity, size]} bfloat16 in the same memory, update
 * {@code [batch, heads, 1, size]}, positions {@code [batch]} int32.
 */
final class CacheUpdatePlan {

    static final int BATCH = 2;
    static final int HEADS = 3;
    static final int CAPACITY = 128;
    static final int SIZE = 64;

    private CacheUpdatePlan() {}

    /** The layer's factory, in versions of TensorRT that have one. */
    private static Optional<Method> factory() {
        try {
            return Optional.of(INetworkDefinition.class.getMethod(
                    "addKVCacheUpdate", ITensor.class, ITensor.class, ITensor.class, int.class));
        } catch (NoSuchMethodException older) {
            return Optional.empty();
        }
    }

    static boolean available() {
        return factory().isPresent();
    }

    static void write(Path file) throws IOException, ReflectiveOperationException {
        Log log = new Log();
        try (IBuilder builder = nvinfer.createInferBuilder(log);
                INetworkDefinition network =
                        builder.createNetworkV2(1 << NetworkDefinitionCreationFlag.kSTRONGLY_TYPED.value)) {
            ITensor cache = network.addInput("cache", DataType.kBF16, dims(BATCH, HEADS, CAPACITY, SIZE));
            ITensor update = network.addInput("update", DataType.kBF16, dims(BATCH, HEADS, 1, SIZE));
            ITensor positions = network.addInput("positions", DataType.kINT32, dims(BATCH));
            ILayer layer = (ILayer) factory().orElseThrow().invoke(network, cache, update, positions, 0);
            ITensor output = layer.getOutput(0);
            output.setName("cacheOut");
            network.markOutput(output);
            try (IHostMemory plan = builder.buildSerializedNetwork(network, builder.createBuilderConfig());
                    FileChannel channel =
                            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                if (plan == null) {
                    throw new IOException("TensorRT built no plan: " + log.errors);
                }
                ByteBuffer bytes =
                        new BytePointer(plan.data()).capacity(plan.size()).asByteBuffer();
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        }
    }

    private static Dims64 dims(long... sizes) {
        Dims64 dims = new Dims64();
        dims.nbDims(sizes.length);
        for (int i = 0; i < sizes.length; i++) {
            dims.d(i, sizes[i]);
        }
        return dims;
    }

    private static final class Log extends ILogger {
        private final List<String> errors = new ArrayList<>();

        @Override
        public void log(Severity severity, String message) {
            if (severity.value <= Severity.kERROR.value) {
                errors.add(message);
            }
        }
    }
}
