package io.insula.inference.graph.tensorrt;

import java.util.Arrays;

/**
 * TensorRT's layers for decoders, as its headers describe them.
 *
 * <p><b>Source:</b> the comments of {@code addAttention}, {@code addRotaryEmbedding} and {@code addKVCacheUpdate} of
 * {@code INetworkDefinition}, of {@code IAttention} and of {@code IKVCacheUpdateLayer} in NvInfer.h of TensorRT 10.15; which
 * elements of a pair get which sign is that of ONNX's RotaryEmbedding, which the first of them implements.
 */
final class LayerKernels {

    private LayerKernels() {}

    /** {@code [rows, heads, tokens, size]} by tables {@code [positions, size / 2]}. */
    static Values rotary(Values x, Values cosines, Values sines, boolean interleaved, Values positions) {
        int heads = x.shape()[1];
        int tokens = x.shape()[2];
        int size = x.shape()[3];
        int half = size / 2;
        Kernels.require(Arrays.equals(cosines.shape(), sines.shape()), "rotary", cosines.shape(), sines.shape());
        Kernels.require(cosines.shape()[1] == half, "rotary", x.shape(), cosines.shape());
        Kernels.require(
                positions.shape()[0] == x.shape()[0] && positions.shape()[1] == tokens,
                "rotary",
                x.shape(),
                positions.shape());
        return Values.of(x.type(), x.shape(), i -> {
            int element = i % size;
            int token = i / size % tokens;
            int row = i / size / tokens / heads;
            int position = (int) positions.data()[row * tokens + token];
            if (position < 0 || position >= cosines.shape()[0]) {
                throw new IllegalArgumentException("position " + position + " of " + cosines.shape()[0]);
            }
            int pair = interleaved ? element / 2 : element % half;
            int first = i - element + (interleaved ? 2 * pair : pair);
            int second = interleaved ? first + 1 : first + half;
            double cosine = cosines.data()[position * half + pair];
            double sine = sines.data()[position * half + pair];
            return i == first
                    ? x.data()[first] * cosine - x.data()[second] * sine
                    : x.data()[first] * sine + x.data()[second] * cosine;
        });
    }

    /** Softmax of {@code query x key'} over what is visible, times {@code value}; what is not visible is never looked at. */
    static Values attention(Values query, Values key, Values value, Values visible) {
        int rows = query.shape()[0];
        int heads = query.shape()[1];
        int tokens = query.shape()[2];
        int size = query.shape()[3];
        int kvHeads = key.shape()[1];
        int length = key.shape()[2];
        Kernels.require(Arrays.equals(key.shape(), value.shape()), "attention", key.shape(), value.shape());
        Kernels.require(
                key.shape()[0] == rows && key.shape()[3] == size && heads % kvHeads == 0,
                "attention",
                query.shape(),
                key.shape());
        int[] scores = {rows, heads, tokens, length};
        Kernels.require(
                Arrays.equals(Kernels.fitted(visible.shape(), scores), scores)
                        && visible.shape()[2] == tokens
                        && visible.shape()[3] == length,
                "attention",
                visible.shape(),
                scores);
        int[] strides = visible.strides(scores);
        double[] out = new double[query.data().length];
        for (int line = 0; line < rows * heads * tokens; line++) {
            int token = line % tokens;
            int head = line / tokens % heads;
            int row = line / tokens / heads;
            int keys = (row * kvHeads + head / (heads / kvHeads)) * length * size;
            int seen = row * strides[0] + head * strides[1] + token * strides[2];
            double[] weights = new double[length];
            double most = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < length; j++) {
                weights[j] = Double.NEGATIVE_INFINITY;
                if (visible.data()[seen + j * strides[3]] != 0) {
                    weights[j] = 0;
                    for (int d = 0; d < size; d++) {
                        weights[j] += query.data()[line * size + d] * key.data()[keys + j * size + d];
                    }
                    most = Math.max(most, weights[j]);
                }
            }
            double sum = 0;
            for (int j = 0; j < length; j++) {
                weights[j] = Math.exp(weights[j] - most);
                sum += weights[j];
            }
            for (int j = 0; j < length; j++) {
                for (int d = 0; d < size; d++) {
                    out[line * size + d] += weights[j] / sum * value.data()[keys + j * size + d];
                }
            }
        }
        return Values.of(query.type(), query.shape(), i -> out[i]);
    }

    /** What would not fit is not written. */
    static Values cacheUpdate(Values cache, Values update, Values indices) {
        int rows = cache.shape()[0];
        int heads = cache.shape()[1];
        int capacity = cache.shape()[2];
        int size = cache.shape()[3];
        int tokens = update.shape()[2];
        Kernels.require(
                Arrays.equals(update.with(2, 1), cache.with(2, 1)), "cacheUpdate", cache.shape(), update.shape());
        Kernels.require(tokens <= capacity, "cacheUpdate", cache.shape(), update.shape());
        Kernels.require(indices.shape()[0] == rows, "cacheUpdate", cache.shape(), indices.shape());
        double[] data = cache.data().clone();
        for (int row = 0; row < rows; row++) {
            int at = (int) indices.data()[row];
            if (at < 0 || at + tokens > capacity) {
                continue;
            }
            for (int head = 0; head < heads; head++) {
                int line = row * heads + head;
                System.arraycopy(
                        update.data(), line * tokens * size, data, (line * capacity + at) * size, tokens * size);
            }
        }
        return new Values(cache.type(), cache.shape(), data);
    }
}
