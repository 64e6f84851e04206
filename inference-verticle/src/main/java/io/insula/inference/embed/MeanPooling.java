package io.insula.inference.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.insula.protocol.EmbeddingVector;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a BERT-like encoder and makes one unit vector of what it says of each text's tokens.
 *
 * <p><b>Source:</b> Reimers and Gurevych, "Sentence-BERT", EMNLP 2019: mean over the tokens, padding left out.
 */
final class MeanPooling implements Translator<List<int[]>, List<EmbeddingVector>> {

    private static final String BATCH = "batch";

    @Override
    public NDList processInput(TranslatorContext context, List<int[]> texts) {
        TokenBatch batch = new TokenBatch(texts);
        context.setAttachment(BATCH, batch);
        NDManager manager = context.getNDManager();
        Shape shape = new Shape(batch.rows(), batch.width());
        return new NDList(
                named("input_ids", manager.create(batch.ids(), shape)),
                named("attention_mask", manager.create(batch.mask(), shape)),
                named("token_type_ids", manager.create(new long[batch.rows() * batch.width()], shape)));
    }

    @Override
    public List<EmbeddingVector> processOutput(TranslatorContext context, NDList outputs) {
        TokenBatch batch = (TokenBatch) context.getAttachment(BATCH);
        NDArray hidden = outputs.head();
        int dimensions = Math.toIntExact(hidden.getShape().get(2));
        FloatBuffer values = hidden.toByteBuffer().asFloatBuffer();
        return IntStream.range(0, batch.rows())
                .mapToObj(row -> batch.pooled(values, row, dimensions))
                .toList();
    }

    /** The texts of a call are a batch already. */
    @Override
    public @Nullable Batchifier getBatchifier() {
        return null;
    }

    private static NDArray named(String name, NDArray array) {
        array.setName(name);
        return array;
    }
}
