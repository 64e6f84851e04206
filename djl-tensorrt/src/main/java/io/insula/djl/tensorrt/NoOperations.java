package io.insula.djl.tensorrt;

import ai.djl.ndarray.NDManager;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Stands where DJL expects the manager of an engine with array operations, and says that there is none. */
final class NoOperations implements InvocationHandler {

    static final String SENTENCE =
            "TensorRT runs whole plans and has no array operations of its own: put the operation into"
                    + " the model, compute on the host with toFloatArray() and its like, or add an engine such as PyTorch to the"
                    + " class path";

    /** The manager that refuses everything. */
    static final NDManager MANAGER = (NDManager) Proxy.newProxyInstance(
            NoOperations.class.getClassLoader(), new Class<?>[] {NDManager.class}, new NoOperations());

    private NoOperations() {}

    /** The given manager, or the one that refuses. */
    static NDManager unless(@Nullable NDManager alternative) {
        return alternative == null ? MANAGER : alternative;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "toString", "getName" -> "no array operations";
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" ->
                arguments != null
                        && arguments[0] instanceof Proxy other
                        && Proxy.getInvocationHandler(other) instanceof NoOperations;
            case "close" -> null;
            case "isOpen" -> true;
            default -> throw new UnsupportedOperationException(SENTENCE + ".");
        };
    }
}
