package io.insula.djl.tensorrt.cuda;

import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;

/** Turns result codes of CUDA into exceptions. */
final class CudaCalls {

    private static final int SUCCESS = 0;

    private CudaCalls() {}

    /** Throws unless the code says success; {@code what} tells what was asked for. */
    static void check(int code, String what) {
        if (code != SUCCESS) {
            throw failure(code, what);
        }
    }

    /** The same with a number at the end, such as a device, for calls so frequent that their text is made for failures only. */
    static void check(int code, String what, int number) {
        if (code != SUCCESS) {
            throw failure(code, what + number);
        }
    }

    static CudaException failure(int code, String what) {
        // CUDA remembers the failure of the thread's last call; TensorRT would take it for one of its own.
        cudart.cudaGetLastError();
        return new CudaException(
                code, what + ": " + text(cudart.cudaGetErrorName(code)) + ", " + text(cudart.cudaGetErrorString(code)));
    }

    private static String text(BytePointer text) {
        return text.isNull() ? "unknown" : text.getString();
    }
}
