package io.insula.bench.gpu;

import io.insula.bench.BenchmarkException;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.StepLogits;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * What an engine predicts of a text, kept so that another can be compared with it where this one is not: of each token the
 * logits of the likeliest followers and the logarithm of the sum over all.
 *
 * <p>The text is cut into windows of equal length, which begin anew; they overlap where the text is short. Of each window's last
 * token nothing is asked.
 */
final class Reference {

    /** Followers that are kept of each token. */
    static final int KEPT = 64;

    private static final int MAGIC = 0x494e5246;
    private static final int MOST_WINDOWS = 1 << 10;
    private static final int MOST_TOKENS = 1 << 16;

    private final int[][] windows;
    private final int vocabulary;
    private final float[] logSums;
    private final int[] ids;
    private final float[] logits;

    private Reference(int[][] windows, int vocabulary) {
        this.windows = windows;
        this.vocabulary = vocabulary;
        int positions = windows.length * (windows[0].length - 1);
        this.logSums = new float[positions];
        this.ids = new int[positions * KEPT];
        this.logits = new float[positions * KEPT];
    }

    /**
     * Lets an engine predict a text.
     *
     * @param positions tokens of each window whose followers are predicted; a window has one more
     */
    static Reference of(DecoderEngine engine, int[] text, int windows, int positions) {
        int length = positions + 1;
        if (text.length < length || windows < 1 || engine.shape().vocabulary() < KEPT) {
            throw new IllegalArgumentException(windows + " windows of " + length + " tokens in " + text.length
                    + " of a vocabulary of " + engine.shape().vocabulary()
                    + " (expected: at least one, within the text,"
                    + " and a vocabulary of " + KEPT + ")");
        }
        int[][] cut = new int[windows][];
        for (int window = 0; window < windows; window++) {
            int from = windows == 1 ? 0 : (int) ((long) window * (text.length - length) / (windows - 1));
            cut[window] = Arrays.copyOfRange(text, from, from + length);
        }
        Reference reference = new Reference(cut, engine.shape().vocabulary());
        for (int window = 0; window < windows; window++) {
            engine.clear(0);
            for (int at = 0; at < positions; ) {
                int count = Math.min(engine.scoredTokens(), positions - at);
                StepLogits scored = engine.prefillScored(0, cut[window], at, count);
                for (int i = 0; i < count; i++) {
                    reference.keep(window * positions + at + i, scored.row(i));
                }
                at += count;
            }
        }
        return reference;
    }

    private void keep(int position, float[] row) {
        PriorityQueue<Integer> best = new PriorityQueue<>(Comparator.comparingDouble((Integer id) -> row[id]));
        for (int id = 0; id < vocabulary; id++) {
            if (best.size() < KEPT) {
                best.add(id);
            } else if (row[id] > row[best.element()]) {
                best.remove();
                best.add(id);
            }
        }
        for (int place = KEPT - 1; place >= 0; place--) {
            int id = best.remove();
            ids[position * KEPT + place] = id;
            logits[position * KEPT + place] = row[id];
        }
        logSums[position] = (float) logSum(row);
    }

    static double logSum(float[] row) {
        float most = Float.NEGATIVE_INFINITY;
        for (float logit : row) {
            most = Math.max(most, logit);
        }
        double sum = 0;
        for (float logit : row) {
            sum += Math.exp(logit - most);
        }
        return Math.log(sum) + most;
    }

    int windows() {
        return windows.length;
    }

    /** Tokens of a window whose followers were predicted. */
    int positions() {
        return windows[0].length - 1;
    }

    int vocabulary() {
        return vocabulary;
    }

    int token(int window, int at) {
        return windows[window][at];
    }

    int[] tokens(int window) {
        return windows[window].clone();
    }

    /** The token of that place among the likeliest, 0 to {@link #KEPT} - 1. */
    int id(int window, int at, int place) {
        return ids[(window * positions() + at) * KEPT + place];
    }

    float logit(int window, int at, int place) {
        return logits[(window * positions() + at) * KEPT + place];
    }

    float logSum(int window, int at) {
        return logSums[window * positions() + at];
    }

    void write(Path file) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(MAGIC);
            out.writeInt(windows.length);
            out.writeInt(windows[0].length);
            out.writeInt(vocabulary);
            for (int[] window : windows) {
                for (int token : window) {
                    out.writeInt(token);
                }
            }
            for (int position = 0; position < logSums.length; position++) {
                out.writeFloat(logSums[position]);
                for (int i = position * KEPT; i < (position + 1) * KEPT; i++) {
                    out.writeInt(ids[i]);
                    out.writeFloat(logits[i]);
                }
            }
        }
    }

    /** Reads what {@link #write} has written; anything else is a {@link BenchmarkException}. */
    static Reference read(Path file) {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int magic = in.readInt();
            int count = in.readInt();
            int length = in.readInt();
            int vocabulary = in.readInt();
            boolean whole = magic == MAGIC
                    && count >= 1
                    && count <= MOST_WINDOWS
                    && length >= 2
                    && length <= MOST_TOKENS
                    && vocabulary >= KEPT;
            if (!whole) {
                throw new BenchmarkException(file + ": not a reference (expected: what bench reference writes)");
            }
            int[][] windows = new int[count][length];
            for (int[] window : windows) {
                for (int i = 0; i < length; i++) {
                    window[i] = in.readInt();
                }
            }
            Reference reference = new Reference(windows, vocabulary);
            for (int position = 0; position < reference.logSums.length; position++) {
                reference.logSums[position] = in.readFloat();
                for (int i = position * KEPT; i < (position + 1) * KEPT; i++) {
                    reference.ids[i] = in.readInt();
                    reference.logits[i] = in.readFloat();
                }
            }
            return reference;
        } catch (IOException e) {
            throw new BenchmarkException(file + " cannot be read as a reference: " + e, e);
        }
    }
}
