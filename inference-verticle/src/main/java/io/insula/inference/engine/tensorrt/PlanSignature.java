package io.insula.inference.engine.tensorrt;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.ShapeRange;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import io.insula.djl.tensorrt.nvinfer.TensorType;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.tensorrt.DecoderNetwork;
import java.util.List;

/**
 * What a plan of a decoder takes and tells, as far as the engine depends on it.
 *
 * @param type of keys and values
 * @param inPlace whether the plan itself writes new keys and values into the cache; else it returns them
 * @param rows the most rows of a decode step
 * @param chunk the most tokens of a prefill step
 * @param scored the most tokens of a prefill step whose logits it tells
 * @param leastLength the shortest length of the cache, in tokens
 * @param mostLength the longest length of the cache, in tokens
 * @param candidates the likeliest tokens that it tells of each row
 * @param activationBytes what a run needs of the device beside inputs and outputs
 */
record PlanSignature(
        TensorType type,
        boolean inPlace,
        int rows,
        int chunk,
        int scored,
        int leastLength,
        int mostLength,
        int candidates,
        long activationBytes) {

    static final int DECODE = 0;
    static final int PREFILL = 1;
    private static final List<TensorType> CACHE_TYPES =
            List.of(TensorType.BFLOAT16, TensorType.FLOAT16, TensorType.FLOAT32);

    /** Reads it; a plan of another network is an {@link IllegalArgumentException}. */
    static PlanSignature of(Plan plan, DecoderShape decoder) {
        if (plan.profiles() != 2) {
            throw new IllegalArgumentException(
                    "profiles: " + plan.profiles() + " (expected: 2, one to decode and one to prefill)");
        }
        boolean cached = decoder.layers() > 0;
        boolean inPlace = cached && has(plan, DecoderNetwork.presentKey(0));
        require(plan, DecoderNetwork.TOKENS, TensorType.INT32, -1, -1);
        require(plan, DecoderNetwork.WANTED, TensorType.INT32, -1);
        require(plan, DecoderNetwork.LOGITS, TensorType.FLOAT32, -1, decoder.vocabulary());
        require(plan, DecoderNetwork.LOG_SUM, TensorType.FLOAT32, -1);
        require(plan, DecoderNetwork.DEPTH, TensorType.FLOAT32, -1);
        int candidates = (int) plan.tensor(DecoderNetwork.TOP_IDS).shape().get(1);
        require(plan, DecoderNetwork.TOP_VALUES, TensorType.FLOAT32, -1, candidates);
        require(plan, DecoderNetwork.TOP_IDS, TensorType.INT32, -1, candidates);
        TensorType type = cached ? plan.tensor(DecoderNetwork.key(0)).type() : TensorType.FLOAT32;
        if (!CACHE_TYPES.contains(type)) {
            throw new IllegalArgumentException(
                    DecoderNetwork.key(0) + ": " + type + " (expected one of: " + CACHE_TYPES + ")");
        }
        for (int layer = 0; layer < decoder.layers(); layer++) {
            for (String name : List.of(
                    DecoderNetwork.key(layer),
                    DecoderNetwork.value(layer),
                    inPlace ? DecoderNetwork.presentKey(layer) : DecoderNetwork.newKey(layer),
                    inPlace ? DecoderNetwork.presentValue(layer) : DecoderNetwork.newValue(layer))) {
                require(plan, name, type, -1, decoder.kvHeads(), -1, decoder.headSize());
            }
        }
        ShapeRange decode = plan.range(DECODE, DecoderNetwork.TOKENS);
        ShapeRange prefill = plan.range(PREFILL, DecoderNetwork.TOKENS);
        return new PlanSignature(
                type,
                inPlace,
                (int) decode.max().get(0),
                (int) prefill.max().get(1),
                (int) plan.range(PREFILL, DecoderNetwork.WANTED).max().get(0),
                cached ? length(plan.range(DECODE, DecoderNetwork.key(0)).min()) : 1,
                cached ? length(plan.range(DECODE, DecoderNetwork.key(0)).max()) : Integer.MAX_VALUE,
                candidates,
                Math.max(plan.contextBytes(DECODE), plan.contextBytes(PREFILL)));
    }

    /** Whether the plan takes a cache of one length alone. */
    boolean fixedLength() {
        return leastLength == mostLength;
    }

    int elementBytes() {
        return type.bits() / Byte.SIZE;
    }

    private static int length(Shape cache) {
        return (int) cache.get(2);
    }

    private static boolean has(Plan plan, String name) {
        return plan.tensors().stream().anyMatch(tensor -> tensor.name().equals(name));
    }

    /** A dimension of -1 may be anything. */
    private static void require(Plan plan, String name, TensorType type, long... shape) {
        TensorSpec tensor = plan.tensor(name);
        boolean fits = tensor.type() == type && tensor.shape().dimension() == shape.length;
        for (int i = 0; fits && i < shape.length; i++) {
            fits = shape[i] < 0 || tensor.shape().get(i) == shape[i];
        }
        if (!fits) {
            throw new IllegalArgumentException("tensor " + name + ": " + tensor.type() + " " + tensor.shape()
                    + " (expected: " + type + " " + new Shape(shape) + ")");
        }
    }
}
