package io.insula.launcher.engine;

import io.insula.djl.tensorrt.cuda.DeviceInfo;
import io.insula.inference.InferenceConfig;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.EngineException;
import io.insula.inference.engine.tensorrt.DeviceNeed;
import io.insula.inference.engine.tensorrt.PlanConfig;
import io.insula.inference.engine.tensorrt.TensorRtConfig;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.models.PoolConfig;
import io.insula.inference.text.ChatTokenizer;
import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.ModelFileException;
import io.insula.launcher.config.GpuConfig;
import io.insula.launcher.model.ModelStore.StoredModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One GPU: its memory is the budget of the models on it, and a model's first engine waits for its plan to be built. */
public final class GpuPlace implements EnginePlace {

    private static final Logger log = LoggerFactory.getLogger(GpuPlace.class);
    /** What the driver, contexts and captured graphs take, which nobody knows before. */
    private static final long SPARE_BYTES = 1L << 30;

    private static final int LEAST_BUCKET = 256;
    private static final int GRAPHS = 32;
    /** No build that was heard of takes as long; a start that takes longer hangs. */
    private static final Duration PATIENCE = Duration.ofHours(3);

    private final GpuEngines engines;
    private final DeviceInfo device;
    private final TensorRtConfig config;
    private final PlanConfig plans;
    private final LostGpus lost;
    private final long budgetBytes;
    private boolean hanging;

    /**
     * @param folder of the plans
     */
    GpuPlace(GpuEngines engines, DeviceInfo device, EngineConfig engine, GpuConfig gpu, Path folder, LostGpus lost) {
        this.engines = engines;
        this.device = device;
        this.lost = lost;
        this.config = new TensorRtConfig(
                device.index(),
                gpu.kvBudgetBytes(),
                SPARE_BYTES,
                engine.slotTokens(),
                gpu.slots(),
                LEAST_BUCKET,
                GRAPHS,
                engine.exact());
        PlanConfig usual = PlanConfig.defaults(folder);
        this.plans = new PlanConfig(
                usual.dialect(),
                gpu.weights(),
                gpu.prefillChunk(),
                usual.scored(),
                usual.candidates(),
                usual.optimizationLevel(),
                folder,
                usual.folderBytes());
        this.budgetBytes = Math.max(1, engines.freeBytes(device.index()) - SPARE_BYTES);
    }

    public DeviceInfo device() {
        return device;
    }

    @Override
    public String label() {
        return "gpu" + device.index();
    }

    @Override
    public long bytes(StoredModel model) {
        try (Checkpoint checkpoint = Checkpoint.open(model.file())) {
            return need(DecoderDescription.of(checkpoint)).bytes();
        } catch (ModelFileException e) {
            // Whoever asks for the model is told why it cannot be loaded.
            log.warn("What {} takes of {} is not known: {}", model.name(), label(), e.getMessage());
            return model.sizeBytes();
        }
    }

    /** What a model takes of this GPU. */
    public DeviceNeed need(DecoderDescription decoder) {
        return engines.need(decoder, config, plans.weights());
    }

    /**
     * Builds a model's plan, or finds the one that is there.
     *
     * @param progress is told how far a build came
     */
    public Path build(String name, DecoderDescription decoder, ai.djl.util.Progress progress) {
        return engines.build(name, decoder, config, plans, progress);
    }

    /** The slots that a model has when the memory suffices, and the longest prompt plus answer in each. */
    public TensorRtConfig config() {
        return config;
    }

    @Override
    public InferenceConfig limits(InferenceConfig given) {
        return new InferenceConfig(
                given.admission(),
                given.scheduler().withPrefillChunk(plans.chunk()),
                given.embedding(),
                new PoolConfig(budgetBytes, given.pool().retryDelay()),
                given.grammar());
    }

    @Override
    public Duration patience() {
        return PATIENCE;
    }

    @Override
    public DecoderEngine open(StoredModel model, Checkpoint checkpoint, ChatTokenizer text) {
        try {
            DecoderEngine engine = engines.open(model.name().value(), DecoderDescription.of(checkpoint), config, plans);
            lost.works(device.index());
            return engine;
        } catch (EngineException failure) {
            // A plan that cannot be built says nothing of the device; a device that does nothing says all.
            Optional<String> fault = engines.fault(device.index());
            fault.ifPresentOrElse(said -> lost.fails(device.index(), said), () -> lost.works(device.index()));
            throw failure;
        }
    }

    @Override
    public void hangs(boolean hopeless) {
        if (hopeless && !hanging) {
            lost.hangs(device.index());
        } else if (hanging && !hopeless) {
            lost.works(device.index());
        }
        hanging = hopeless;
    }
}
