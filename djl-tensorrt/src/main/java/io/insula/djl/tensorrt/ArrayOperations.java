package io.insula.djl.tensorrt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.internal.NDArrayEx;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operations that DJL keeps apart from its arrays: stacking and joining happen on the device, all others in another engine.
 *
 * <p>A proxy, because DJL's interface has some eighty operations, of which this engine has two.
 */
final class ArrayOperations implements InvocationHandler {

    private final TensorRtNDArray array;
    private final Supplier<NDArrayEx> alternative;

    private ArrayOperations(TensorRtNDArray array, Supplier<NDArrayEx> alternative) {
        this.array = array;
        this.alternative = alternative;
    }

    static NDArrayEx of(TensorRtNDArray array, Supplier<NDArrayEx> alternative) {
        return (NDArrayEx) Proxy.newProxyInstance(
                ArrayOperations.class.getClassLoader(),
                new Class<?>[] {NDArrayEx.class},
                new ArrayOperations(array, alternative));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (arguments != null && arguments.length > 0 && arguments[0] instanceof NDList others) {
            int axis = arguments.length > 1 ? (int) arguments[1] : 0;
            switch (method.getName()) {
                case "stack" -> {
                    return Rearranged.stack(together(others), axis);
                }
                case "concat" -> {
                    return Rearranged.concat(together(others), axis);
                }
                default -> {}
            }
        }
        if (method.getName().equals("getArray")) {
            return array;
        }
        try {
            return method.invoke(alternative.get(), arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private List<TensorRtNDArray> together(NDList others) {
        List<TensorRtNDArray> all = new ArrayList<>();
        all.add(array);
        for (NDArray other : others) {
            all.add(array.sameDevice(other));
        }
        return all;
    }
}
