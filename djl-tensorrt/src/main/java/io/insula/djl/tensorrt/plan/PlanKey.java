package io.insula.djl.tensorrt.plan;

import io.insula.djl.tensorrt.cuda.DeviceInfo;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * What a plan depends on, as one hash: the model's content, the GPU, the version of TensorRT and the options.
 *
 * @param hex 32 hexadecimal digits
 */
record PlanKey(String hex) {
    private static final int DIGITS = 32;

    PlanKey {
        if (!hex.matches("[0-9a-f]{" + DIGITS + "}")) {
            throw new IllegalArgumentException("key: " + hex + " (expected: " + DIGITS + " hexadecimal digits)");
        }
    }

    static PlanKey of(String content, DeviceInfo device, String tensorRtVersion, BuildOptions options) {
        return new PlanKey(hash(String.join("\0", "plan", content, gpu(device, tensorRtVersion), options.canonical())));
    }

    /** The key of kernel times, which hold for a GPU and a version whatever is built. */
    static PlanKey ofTimings(DeviceInfo device, String tensorRtVersion) {
        return new PlanKey(hash("timings\0" + gpu(device, tensorRtVersion)));
    }

    /** Parts of one GPU have its name and fewer multiprocessors, and other kernels may be the fastest there. */
    private static String gpu(DeviceInfo device, String tensorRtVersion) {
        return String.join(
                "\0", device.name(), device.architecture(), String.valueOf(device.multiprocessors()), tensorRtVersion);
    }

    private static String hash(String text) {
        byte[] digest = OnnxDigest.sha256().digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest).substring(0, DIGITS);
    }
}
