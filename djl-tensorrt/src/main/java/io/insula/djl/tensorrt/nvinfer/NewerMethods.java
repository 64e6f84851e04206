package io.insula.djl.tensorrt.nvinfer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.jspecify.annotations.Nullable;

/** Methods that older lines of the bindings lack: asked for by name, so that one source serves them all. */
final class NewerMethods {

    private static final @Nullable MethodHandle ALIASED_INPUT = find("getAliasedInputTensor");

    private NewerMethods() {}

    /** The input that an output must share memory with; null when there is none, and before TensorRT 10.15. */
    static @Nullable String aliasedInput(ICudaEngine engine, String output) {
        if (ALIASED_INPUT == null) {
            return null;
        }
        try {
            return (String) ALIASED_INPUT.invokeExact(engine, output);
        } catch (Throwable failure) {
            throw new TensorRtException("asking for the alias of " + output + " failed", failure);
        }
    }

    private static @Nullable MethodHandle find(String method) {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(ICudaEngine.class, method, MethodType.methodType(String.class, String.class));
        } catch (NoSuchMethodException | IllegalAccessException older) {
            return null;
        }
    }
}
