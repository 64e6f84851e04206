package io.insula.inference.graph.tensorrt;

/**
 * The names of a decoder's network: what whoever runs it binds.
 *
 * <p>In the shapes, B are the rows of a step, S the new tokens of each, L the positions that the caches hold, W the tokens whose
 * logits are wanted, and T is the type of computation.
 */
public final class DecoderNetwork {

    /** Changes whenever the network's numbers may. */
    public static final int VERSION = 2;

    /** Input {@code [B, S]} int32. */
    public static final String TOKENS = "tokens";
    /** Input {@code [B]} int32: the cached positions of each row, and so the position of its first new token. */
    public static final String PAST = "past";
    /** Input {@code [W]} int32: indices of tokens, row after row. */
    public static final String WANTED = "wanted";
    /** Output {@code [W, vocabulary]} float32. */
    public static final String LOGITS = "logits";
    /** Output {@code [W, K]} float32: the largest logits in descending order. */
    public static final String TOP_VALUES = "top_values";
    /** Output {@code [W, K]} int32: their tokens. */
    public static final String TOP_IDS = "top_ids";
    /** Output {@code [W]} float32: the logarithm of the sum of the exponentials of all logits. */
    public static final String LOG_SUM = "log_sum";

    /** Output {@code [W]} float32: how far the least logit is below the largest, finite only if all logits are. */
    public static final String DEPTH = "depth";

    private DecoderNetwork() {}

    /** Input {@code [B, kvHeads, L, headSize]} T: finite numbers from {@link #PAST} on, whatever they are. */
    public static String key(int layer) {
        return "key_" + layer;
    }

    /** Input like {@link #key}. */
    public static String value(int layer) {
        return "value_" + layer;
    }

    /** Output {@code [B, kvHeads, S, headSize]} T of the portable dialect: the rotated keys of the new tokens. */
    public static String newKey(int layer) {
        return "new_key_" + layer;
    }

    /** Output like {@link #newKey}. */
    public static String newValue(int layer) {
        return "new_value_" + layer;
    }

    /** Output of the dialect of layers, in the memory of {@link #key}. */
    public static String presentKey(int layer) {
        return "present_key_" + layer;
    }

    /** Output of the dialect of layers, in the memory of {@link #value}. */
    public static String presentValue(int layer) {
        return "present_value_" + layer;
    }
}
