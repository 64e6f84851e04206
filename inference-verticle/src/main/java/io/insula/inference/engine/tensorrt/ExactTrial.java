package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.StepLogits;
import java.util.Arrays;

/**
 * Tries whether a row's bits depend on the rows beside it, on the length that the cache is laid out for and on where its prompt
 * was cut.
 *
 * <p>It tries one row, once with each number of rows and each length. That it finds nothing is no proof; that it finds something is.
 */
final class ExactTrial {

    private static final int MOST_TOKENS = 6;

    private final TensorRtDecoderEngine engine;
    private final DeviceCache cache;
    private final CacheLayout layout;
    private final TopTrial top;
    private final int[] prompt;
    private final int next;

    ExactTrial(TensorRtDecoderEngine engine, DeviceCache cache, CacheLayout layout, TopTrial top) {
        this.engine = engine;
        this.cache = cache;
        this.layout = layout;
        this.top = top;
        int vocabulary = engine.shape().vocabulary();
        this.prompt = new int[Math.min(MOST_TOKENS, engine.shape().slotTokens() - 1)];
        Arrays.setAll(prompt, i -> (i + 1) * vocabulary / (prompt.length + 2));
        this.next = vocabulary / 2;
    }

    /** Leaves every slot empty. */
    boolean showsNoDifference() {
        engine.prefill(0, prompt, 0, prompt.length);
        float[] prefilled = engine.prefillLogits().row(0);
        float[] decoded = decode(1);
        boolean same = true;
        for (int rows : BatchBuckets.of(layout.slots()).rows()) {
            same = same && Arrays.equals(besideOthers(rows), decoded);
        }
        for (int length : layout.buckets().tokens()) {
            same = same && sameAt(length, prefilled, decoded);
        }
        clear();
        return same;
    }

    private float[] besideOthers(int rows) {
        clear();
        for (int row = 0; row < rows; row++) {
            // The others are shorter and begin otherwise.
            int from = row % prompt.length;
            engine.prefill(row, prompt, from, prompt.length - from);
        }
        return decode(rows);
    }

    private boolean sameAt(int length, float[] prefilled, float[] decoded) {
        clear();
        int cut = Math.max(1, prompt.length / 2);
        engine.prefillPart(0, prompt, 0, cut);
        cache.reserve(length);
        if (cut < prompt.length) {
            engine.prefill(0, prompt, cut, prompt.length - cut);
            if (!Arrays.equals(engine.prefillLogits().row(0), prefilled)) {
                return false;
            }
        }
        return Arrays.equals(decode(1), decoded);
    }

    private float[] decode(int rows) {
        int[] tokens = new int[rows];
        Arrays.fill(tokens, next);
        StepLogits logits = engine.decode(rows, tokens);
        top.note(logits, rows);
        return logits.row(0);
    }

    private void clear() {
        for (int slot = 0; slot < layout.slots(); slot++) {
            engine.clear(slot);
        }
    }
}
