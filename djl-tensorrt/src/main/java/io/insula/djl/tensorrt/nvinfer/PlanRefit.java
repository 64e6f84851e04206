package io.insula.djl.tensorrt.nvinfer;

import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.NativeAddress;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.nvinfer.IRefitter;
import org.bytedeco.tensorrt.nvinfer.Weights;

/**
 * Puts weights into a plan that was built without them, or with others.
 *
 * <p><b>Order</b>: before the plan has execution contexts, or while none of them runs.
 *
 * <p><b>Thread</b>: any, one at a time for a plan.
 *
 * <p><b>Errors</b>: {@link TensorRtException} with the parser's or TensorRT's text, and the names of weights that are
 * missing; the plan must not be used then.
 */
public final class PlanRefit {
    private static final int NAMED = 8;

    /** Nothing is asked first: TensorRT 10.6 calls a plan that was built for identical weights not refittable. */
    private static final String NOT_REFITTABLE =
            "the plan's weights cannot be replaced (expected: a plan that was built with"
                    + " refit=identical, refit=any or stripWeights=true)";

    private final Cuda cuda;

    /** Refits plans of a device. */
    public PlanRefit(Cuda cuda) {
        this.cuda = cuda;
    }

    /**
     * One weight tensor in host memory.
     *
     * @param type the element type
     * @param count how many elements there are
     * @param values native memory, dense, in row order
     */
    public record HostWeights(TensorType type, long count, MemorySegment values) {
        public HostWeights {
            long bytes = Math.ceilDiv(Math.multiplyExact(count, type.bits()), 8L);
            if (!values.isNative() || values.byteSize() != bytes) {
                throw new IllegalArgumentException("weights: " + values.byteSize() + " bytes (expected: " + bytes
                        + " bytes of native memory for " + count + " elements of " + type + ")");
            }
        }
    }

    /** Takes the weights of the ONNX file that the plan was built from. */
    public void fromOnnx(Plan plan, Path onnx) {
        refit(plan, refitter -> OnnxParsing.refit(refitter, onnx)::close);
    }

    /** Takes given weights by their names in the network; weights that are not given stay as they are. */
    public void fromWeights(Plan plan, Map<String, HostWeights> weights) {
        List<Weights> held = new ArrayList<>();
        try {
            refit(plan, refitter -> {
                weights.forEach((name, given) -> {
                    Weights weight = new Weights();
                    held.add(weight);
                    weight.type(dataType(given.type()));
                    weight.values(new NativeAddress(given.values().address()));
                    weight.count(given.count());
                    long mark = TensorRtLog.SHARED.mark();
                    if (!refitter.setNamedWeights(name, weight)) {
                        throw TensorRtLog.SHARED.failure(mark, "TensorRT refuses the weights " + name);
                    }
                });
                return () -> {};
            });
        } finally {
            held.forEach(Weights::close);
        }
    }

    /**
     * Refits.
     *
     * @param source names the weights to the refitter, which copies them only when it refits; returns how to free them then
     */
    private void refit(Plan plan, Function<IRefitter, Runnable> source) {
        if (!(plan instanceof BytedecoPlan open)) {
            throw new IllegalArgumentException("plan: " + plan.getClass() + " (expected: a plan of TensorRT)");
        }
        cuda.use(plan.device());
        long mark = TensorRtLog.SHARED.mark();
        try (Owned<IRefitter> refitter =
                Owned.of(nvinfer.createInferRefitter(open.engine(), TensorRtLog.SHARED), mark, NOT_REFITTABLE)) {
            Runnable release = source.apply(refitter.get());
            try {
                List<String> missing = missing(refitter.get());
                if (!missing.isEmpty()) {
                    throw new TensorRtException("refitting failed: these weights are missing: " + missing);
                }
                if (!refitter.get().refitCudaEngine()) {
                    throw TensorRtLog.SHARED.failure(mark, "refitting failed");
                }
            } finally {
                release.run();
            }
        }
    }

    private static List<String> missing(IRefitter refitter) {
        int count = refitter.getMissingWeights(0, (PointerPointer<?>) null);
        List<String> names = new ArrayList<>();
        if (count > 0) {
            int shown = Math.min(count, NAMED);
            try (PointerPointer<?> found = new PointerPointer<>(shown)) {
                refitter.getMissingWeights(shown, found);
                for (int i = 0; i < shown; i++) {
                    names.add(found.getString(i));
                }
            }
            if (count > shown) {
                names.add("and " + (count - shown) + " more");
            }
        }
        return names;
    }

    private static DataType dataType(TensorType type) {
        for (DataType candidate : DataType.values()) {
            if (candidate.value == type.code()) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("weights: " + type + " (expected: a type that this TensorRT has)");
    }
}
