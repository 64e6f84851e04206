package io.insula.djl.tensorrt.plan;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the weights of a loaded plan come from, when they do not come from the plan itself. */
public final class RefitSource {
    static final String REFIT_FROM = "refitFrom";

    private RefitSource() {}

    /** For a plan that was compiled from an ONNX file just now or earlier: the file, when weights were stripped. */
    public static @Nullable Path ofOnnx(Path onnx, Map<String, ?> options) {
        return BuildOptions.parse(options).stripWeights() ? onnx : null;
    }

    /** For a plan file: the ONNX file that the option {@code refitFrom} names. */
    public static @Nullable Path ofPlan(Map<String, ?> options) {
        Path onnx = new OptionReader(options).path(REFIT_FROM, null);
        if (onnx != null && !Files.isRegularFile(onnx)) {
            throw ProfileOptions.refused(REFIT_FROM, onnx, "the ONNX file that the plan was built from, or none");
        }
        return onnx;
    }
}
