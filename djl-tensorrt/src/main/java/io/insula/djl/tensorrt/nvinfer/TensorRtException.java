package io.insula.djl.tensorrt.nvinfer;

import ai.djl.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** A failed call of TensorRT; the message ends with what TensorRT itself logged about it. */
public final class TensorRtException extends EngineException {

    private static final long serialVersionUID = 1L;

    /** A failure that TensorRT reported. */
    public TensorRtException(String message) {
        super(message);
    }

    /** A failure with a cause on the Java side. */
    public TensorRtException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
