package io.insula.djl.tensorrt.host;

/**
 * The versions of TensorRT and CUDA that the bindings on the class path were compiled for.
 *
 * <p>TensorRT keeps its binary interface within a major version, so a library of the same major and of the same or a
 * newer minor version serves; an older minor lacks functions that the bindings may call.
 *
 * @param tensorRtMajor the version in {@code libnvinfer.so.N}, from 1
 * @param tensorRtMinor the oldest minor version that serves, from 0
 * @param cudaMajor the version in {@code libcudart.so.N}, from 1
 */
public record LibraryLine(int tensorRtMajor, int tensorRtMinor, int cudaMajor) {
    public LibraryLine {
        if (tensorRtMajor < 1 || tensorRtMinor < 0 || cudaMajor < 1) {
            throw new IllegalArgumentException("line: TensorRT " + tensorRtMajor + "." + tensorRtMinor + ", CUDA "
                    + cudaMajor + " (expected: majors from 1, minor from 0)");
        }
    }

    /** Tells whether a TensorRT library of this version serves the bindings. */
    public boolean accepts(int major, int minor) {
        return major == tensorRtMajor && minor >= tensorRtMinor;
    }

    String tensorRt() {
        return "libnvinfer.so." + tensorRtMajor;
    }

    String onnxParser() {
        return "libnvonnxparser.so." + tensorRtMajor;
    }

    String cudaRuntime() {
        return "libcudart.so." + cudaMajor;
    }
}
