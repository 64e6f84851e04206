package io.insula.inference.engine.tensorrt;

import io.insula.inference.graph.AttentionLayer;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.GraphWriter;
import io.insula.inference.weights.ModelTensor;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tensors that a decoder is described with, each once, in the order of their first use. */
final class DecoderWeights implements GraphWriter<Integer> {

    private static final long DIGESTED_AT_ONCE = 1 << 24;

    private final Map<String, ModelTensor> tensors = new LinkedHashMap<>();

    DecoderWeights(DecoderDescription decoder) {
        decoder.write(this);
    }

    /** Elements of all of them. */
    long elements() {
        return tensors.values().stream().mapToLong(ModelTensor::elements).sum();
    }

    /** Their names, types, shapes and contents as 64 hexadecimal digits; about a third of a second a gigabyte. */
    String digest() {
        MessageDigest digest = sha256();
        for (ModelTensor tensor : tensors.values()) {
            String head = tensor.name() + "\0" + tensor.type() + "\0" + tensor.shape() + "\0";
            digest.update(head.getBytes(StandardCharsets.UTF_8));
            MemorySegment data = tensor.data();
            for (long at = 0; at < data.byteSize(); at += DIGESTED_AT_ONCE) {
                digest.update(data.asSlice(at, Math.min(DIGESTED_AT_ONCE, data.byteSize() - at))
                        .asByteBuffer());
            }
            tensor.release();
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private Integer use(@Nullable ModelTensor tensor) {
        if (tensor != null) {
            tensors.putIfAbsent(tensor.name(), tensor);
        }
        return 0;
    }

    @Override
    public Integer embedding(ModelTensor table) {
        return use(table);
    }

    @Override
    public Integer rmsNorm(Integer x, ModelTensor gain) {
        return use(gain);
    }

    @Override
    public Integer linear(Integer x, List<ModelTensor> weights, List<ModelTensor> biases) {
        weights.forEach(this::use);
        biases.forEach(this::use);
        return 0;
    }

    @Override
    public Integer attention(Integer queryKeyValue, AttentionLayer layer) {
        use(layer.queryGain());
        return use(layer.keyGain());
    }

    @Override
    public Integer gatedSilu(Integer gateAndUp) {
        return 0;
    }

    @Override
    public Integer add(Integer a, Integer b) {
        return 0;
    }

    @Override
    public Integer select(Integer x) {
        return x;
    }

    @Override
    public void logits(Integer x) {}
}
