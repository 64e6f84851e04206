package io.insula.launcher.engine;

import io.insula.inference.InferenceConfig;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.KvCalibration;
import io.insula.inference.engine.KvType;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.KvScales;
import io.insula.inference.text.ChatTokenizer;
import io.insula.inference.weights.Checkpoint;
import io.insula.launcher.model.KvScalesFile;
import io.insula.launcher.model.ModelStore.StoredModel;
import java.time.Duration;
import java.util.Arrays;

/** The processors of the machine. */
record ProcessorPlace(EngineConfig engine) implements EnginePlace {

    /** What a loaded model takes of memory beside its cache, at most, as a multiple of its file. */
    private static final double RESIDENT_PER_FILE_BYTE = 2.5;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public String label() {
        return "cpu";
    }

    @Override
    public long bytes(StoredModel model) {
        return (long) (RESIDENT_PER_FILE_BYTE * model.sizeBytes()) + engine.kvBudgetBytes();
    }

    @Override
    public InferenceConfig limits(InferenceConfig given) {
        return given;
    }

    @Override
    public Duration patience() {
        return PATIENCE;
    }

    @Override
    public DecoderEngine open(StoredModel model, Checkpoint checkpoint, ChatTokenizer text) {
        if (engine.kvType() == KvType.FLOAT32) {
            return OnnxDecoderEngine.load(checkpoint, engine);
        }
        DecoderDescription decoder = DecoderDescription.of(checkpoint);
        int[] tokens = text.encodeText(KvCalibration.text());
        int[] read =
                Arrays.copyOf(tokens, Math.min(tokens.length, decoder.shape().contextTokens()));
        KvScales scales = new KvScalesFile(model).get(() -> KvCalibration.of(decoder, engine, read));
        return OnnxDecoderEngine.load(decoder, engine, scales);
    }

    @Override
    public void hangs(boolean hopeless) {
        // Processors do not hang without the whole machine.
    }
}
