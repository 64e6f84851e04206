package io.insula.bench.gpu;

import io.insula.bench.BenchmarkException;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.LlamaDecoder;
import io.insula.inference.graph.Qwen2Decoder;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.graph.Weights;
import io.insula.inference.graph.tensorrt.WeightForm;
import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.ModelFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A model to measure: a file, or the shape of one with random weights.
 *
 * @param name what cases and tables call it
 * @param shape of the decoder
 * @param tied whether the embedding is the output matrix, too
 * @param biased whether queries, keys and values have biases, as Qwen2's do
 * @param file a checkpoint, or null for random weights
 */
record BenchModel(
        String name,
        DecoderShape shape,
        boolean tied,
        boolean biased,
        @Nullable Path file) {

    private static final double EPSILON = 1e-5;

    /**
     * The shapes of well-known models, smallest first.
     *
     * <p><b>Source:</b> each model's {@code config.json} on Hugging Face. Rope scaling changes tables, not costs, and is left
     * out.
     */
    static List<BenchModel> known() {
        return List.of(
                shaped("llama-3.2-1b", 16, 32, 8, 64, 2048, 8192, 128_256, 131_072, 500_000, true, false),
                shaped("smollm2-1.7b", 24, 32, 32, 64, 2048, 8192, 49_152, 8_192, 130_000, true, false),
                shaped("qwen2.5-7b", 28, 28, 4, 128, 3584, 18_944, 152_064, 131_072, 1_000_000, false, true),
                shaped("llama-3.1-8b", 32, 32, 8, 128, 4096, 14_336, 128_256, 131_072, 500_000, false, false));
    }

    static BenchModel shaped(
            String name,
            int layers,
            int heads,
            int kvHeads,
            int headSize,
            int hidden,
            int feedForward,
            int vocabulary,
            int contextTokens,
            double theta,
            boolean tied,
            boolean biased) {
        DecoderShape shape = new DecoderShape(
                layers,
                heads,
                kvHeads,
                headSize,
                hidden,
                feedForward,
                vocabulary,
                contextTokens,
                theta,
                RopeLayout.HALVES,
                EPSILON);
        return new BenchModel(name, shape, tied, biased, null);
    }

    /** The model of a file; one that cannot be read is a {@link BenchmarkException}. */
    static BenchModel of(Path file) {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            String name = String.valueOf(file.getFileName()).replaceFirst("\\.gguf$", "");
            return new BenchModel(
                    name.toLowerCase(Locale.ROOT),
                    DecoderShape.of(checkpoint),
                    checkpoint.find("output.weight").isEmpty(),
                    checkpoint.find("blk.0.attn_q.bias").isPresent(),
                    file);
        } catch (ModelFileException e) {
            throw new BenchmarkException(String.valueOf(e.getMessage()), e);
        }
    }

    StepCost cost(WeightForm weights) {
        return new StepCost(shape, tied, biased, weights);
    }

    /** The decoder with random weights. */
    DecoderDescription random(Noise noise) {
        Weights weights = new RandomWeights(shape, tied, biased, noise);
        return biased ? new Qwen2Decoder(shape, weights) : new LlamaDecoder(shape, weights);
    }
}
