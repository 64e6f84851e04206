package io.insula.inference.engine.tensorrt;

import java.nio.FloatBuffer;
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
    private final int[] prompt;
    private final int next;

    ExactTrial(TensorRtDecoderEngine engine, DeviceCache cache, CacheLayout layout) {
        this.engine = engine;
        this.cache = cache;
        this.layout = layout;
        int vocabulary = engine.shape().vocabulary();
        this.prompt = new int[Math.min(MOST_TOKENS, engine.shape().slotTokens() - 1)];
        Arrays.setAll(prompt, i -> (i + 1) * vocabulary / (prompt.length + 2));
        this.next = vocabulary / 2;
    }

    /** Leaves every slot empty. */
    boolean showsNoDifference() {
        engine.prefill(0, prompt, 0, prompt.length);
        float[] prefilled = copy(engine.prefillLogits());
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
            if (!Arrays.equals(copy(engine.prefillLogits()), prefilled)) {
                return false;
            }
        }
        return Arrays.equals(decode(1), decoded);
    }

    private float[] decode(int rows) {
        int[] tokens = new int[rows];
        Arrays.fill(tokens, next);
        return copy(engine.decode(rows, tokens));
    }

    private void clear() {
        for (int slot = 0; slot < layout.slots(); slot++) {
            engine.clear(slot);
        }
    }

    private float[] copy(FloatBuffer logits) {
        float[] row = new float[engine.shape().vocabulary()];
        logits.get(0, row);
        return row;
    }
}
