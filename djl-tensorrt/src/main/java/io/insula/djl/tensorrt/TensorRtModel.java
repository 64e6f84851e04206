package io.insula.djl.tensorrt;

import ai.djl.BaseModel;
import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.types.DataType;
import ai.djl.translate.Translator;
import io.insula.djl.tensorrt.cuda.CudaException;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.TensorRtException;
import io.insula.djl.tensorrt.plan.RefitSource;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model that TensorRT runs: a plan from a {@code .plan} or {@code .engine} file, or one compiled from an {@code .onnx} file.
 *
 * <p><b>Thread</b>: loading by one; predictors may be made by any.
 *
 * <p><b>Errors</b>: {@link MalformedModelException} for a file that is no plan of this TensorRT and GPU, with TensorRT's text. A
 * plan holds code for the GPU: load only what you trust.
 */
public final class TensorRtModel extends BaseModel {

    private final TensorRtEngine engine;

    TensorRtModel(String name, TensorRtEngine engine, TensorRtNDManager manager) {
        super(name);
        this.engine = engine;
        this.manager = manager;
        manager.setName("tensorRtModel");
        dataType = DataType.FLOAT32;
    }

    @Override
    public void load(Path modelPath, @Nullable String prefix, @Nullable Map<String, ?> options)
            throws IOException, MalformedModelException {
        requireUnloaded();
        setModelDir(modelPath);
        ModelOptions running = ModelOptions.of(options);
        ModelFile file = ModelFile.find(modelDir, prefix, modelName);
        if (modelDir.equals(file.path())) {
            modelName = file.name();
            Path folder = modelDir.getParent();
            modelDir = folder == null ? modelDir : folder;
        }
        Map<String, ?> given = options == null ? Map.of() : options;
        Path planFile =
                file.onnx() ? engine.plans().planOf(file.path(), own().gpu().info(), given) : file.path();
        Path weights = file.onnx() ? RefitSource.ofOnnx(file.path(), given) : RefitSource.ofPlan(given);
        try (FileChannel channel = FileChannel.open(planFile, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            long size = channel.size();
            if (size == 0) {
                throw new MalformedModelException(planFile + " is empty");
            }
            load(channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena), running, planFile.toString(), weights);
        }
    }

    /** Loads a plan from a stream. */
    @Override
    public void load(InputStream is, @Nullable Map<String, ?> options) throws IOException, MalformedModelException {
        requireUnloaded();
        ModelOptions running = ModelOptions.of(options);
        byte[] bytes = is.readAllBytes();
        if (bytes.length == 0) {
            throw new MalformedModelException("the stream is empty");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment plan = arena.allocate(bytes.length);
            plan.copyFrom(MemorySegment.ofArray(bytes));
            load(plan, running, "the stream", RefitSource.ofPlan(options == null ? Map.of() : options));
        }
    }

    private void load(MemorySegment bytes, ModelOptions options, String origin, @Nullable Path weights)
            throws MalformedModelException {
        Plan plan;
        try {
            plan = engine.runtime(own().gpu()).deserialize(bytes);
        } catch (TensorRtException | CudaException failure) {
            throw new MalformedModelException(origin + ": " + failure.getMessage(), failure);
        }
        try {
            if (weights != null) {
                plan.refit(weights);
            }
            block = new TensorRtSymbolBlock(plan, own(), options);
        } catch (TensorRtException | CudaException failure) {
            plan.close();
            throw new MalformedModelException(origin + ": " + failure.getMessage(), failure);
        } catch (RuntimeException refused) {
            plan.close();
            throw refused;
        }
        wasLoaded = true;
    }

    private void requireUnloaded() {
        if (block != null) {
            throw new UnsupportedOperationException("The model has a block already; TensorRT loads whole plans only.");
        }
    }

    /** The loaded plan as a block, which makes executions for loops. */
    public TensorRtSymbolBlock planBlock() {
        if (block instanceof TensorRtSymbolBlock plan) {
            return plan;
        }
        throw new IllegalStateException("The model is not loaded.");
    }

    @Override
    public <I, O> Predictor<I, O> newPredictor(Translator<I, O> translator, Device device) {
        if (!device.equals(manager.getDevice())) {
            throw new IllegalArgumentException(
                    "device: " + device + " (expected: " + manager.getDevice() + ", which the model was loaded on)");
        }
        return new TensorRtPredictor<>(this, translator, device);
    }

    private TensorRtNDManager own() {
        return (TensorRtNDManager) manager;
    }
}
