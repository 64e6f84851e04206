package io.insula.djl.tensorrt.nvinfer;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.bytedeco.tensorrt.nvinfer.ILayer;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.ITensor;
import org.jspecify.annotations.Nullable;

/**
 * Layers that the bindings have from TensorRT 10.15 on: asked for by name, so that one source serves all lines.
 *
 * <p><b>Errors</b>: null where TensorRT refuses the layer.
 */
final class NewerLayers {

    private static final int SOFTMAX = 1;
    private static final int LINEAR = 0;
    private static final Class<?>[] ATTENTION = {ITensor.class, ITensor.class, ITensor.class, int.class, boolean.class};
    private static final Class<?>[] ROTARY = {ITensor.class, ITensor.class, ITensor.class, boolean.class, int.class};
    private static final Class<?>[] CACHE_UPDATE = {ITensor.class, ITensor.class, ITensor.class, int.class};
    /** The layer's optional input. */
    private static final int POSITIONS = 3;

    private NewerLayers() {}

    /** Whether these bindings have them. */
    static boolean available() {
        return Arrays.stream(INetworkDefinition.class.getMethods())
                .anyMatch(method -> method.getName().equals("addKVCacheUpdate"));
    }

    static @Nullable ITensor attention(
            INetworkDefinition network, ITensor query, ITensor key, ITensor value, ITensor visible, String name) {
        Object layer = call(network, "addAttention", ATTENTION, query, key, value, SOFTMAX, false);
        if (layer == null) {
            return null;
        }
        call(layer, "setName", new Class<?>[] {String.class}, name);
        // Several kernels where no single one fits: a slower plan is better than none.
        call(layer, "setDecomposable", new Class<?>[] {boolean.class}, true);
        return Boolean.TRUE.equals(call(layer, "setMask", new Class<?>[] {ITensor.class}, visible))
                ? (ITensor) call(layer, "getOutput", new Class<?>[] {int.class}, 0)
                : null;
    }

    static @Nullable ILayer rotary(
            INetworkDefinition network,
            ITensor x,
            ITensor cosines,
            ITensor sines,
            boolean interleaved,
            ITensor positions) {
        ILayer layer = (ILayer) call(network, "addRotaryEmbedding", ROTARY, x, cosines, sines, interleaved, 0);
        if (layer != null) {
            layer.setInput(POSITIONS, positions);
        }
        return layer;
    }

    static @Nullable ILayer cacheUpdate(INetworkDefinition network, ITensor cache, ITensor update, ITensor indices) {
        return (ILayer) call(network, "addKVCacheUpdate", CACHE_UPDATE, cache, update, indices, LINEAR);
    }

    private static @Nullable Object call(Object target, String name, Class<?>[] types, Object... arguments) {
        try {
            Method method = target.getClass().getMethod(name, types);
            return method.invoke(target, arguments);
        } catch (NoSuchMethodException older) {
            throw new TensorRtException(name + ": these bindings of TensorRT "
                    + NativeLibraries.line().tensorRtMajor() + "."
                    + NativeLibraries.line().tensorRtMinor() + " do not have it (expected: 10.15 or newer)");
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new TensorRtException(name + " failed", e);
        }
    }
}
