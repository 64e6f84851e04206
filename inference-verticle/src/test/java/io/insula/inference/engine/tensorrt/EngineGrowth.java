package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.gpu.NativeGrowth;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.nio.file.Path;

/** The process in which decode steps are measured: of one to four rows, in slots that fill up and are emptied. */
final class EngineGrowth {

    static final int SLOTS = 4;
    static final int SLOT_TOKENS = 150;
    /** Seven rounds and two to warm up are more than 10^5 steps. */
    static final int STEPS = 12_500;

    private final DecoderEngine engine;
    private final int[] prompt;
    private int step;

    EngineGrowth(DecoderEngine engine, DecoderDescription decoder) {
        this.engine = engine;
        this.prompt = TinyModels.tokens(decoder.shape(), 20, 5);
    }

    void step() {
        int rows = 1 + step % SLOTS;
        for (int row = 0; row < rows; row++) {
            if (engine.length(row) == 0 || engine.length(row) == SLOT_TOKENS) {
                engine.clear(row);
                engine.prefill(row, prompt, 0, prompt.length);
            }
        }
        int[] tokens = new int[rows];
        for (int row = 0; row < rows; row++) {
            tokens[row] = (step + row) % engine.shape().vocabulary();
        }
        engine.decode(rows, tokens);
        step++;
    }

    public static void main(String... arguments) throws Exception {
        DecoderDescription decoder = TinyModels.of(TensorType.BF16);
        try (DecoderEngine engine =
                GpuEngines.open(decoder, ElementType.BFLOAT16, SLOTS, SLOT_TOKENS, Path.of(arguments[0]))) {
            NativeGrowth.rounds(true, STEPS, new EngineGrowth(engine, decoder)::step);
        }
        System.exit(0);
    }
}
