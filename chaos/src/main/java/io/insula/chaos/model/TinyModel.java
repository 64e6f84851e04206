package io.insula.chaos.model;

import io.insula.inference.weights.GgufWriter;
import io.insula.inference.weights.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Writes a Llama model of random weights whose answers are noise, but the same noise on every engine.
 *
 * <p>It is quantised as the starter model is, so that the same kernels run, and takes a millisecond or so a step.
 */
public final class TinyModel {

    private static final int LAYERS = 2;
    private static final int HEADS = 4;
    private static final int KV_HEADS = 2;
    private static final int HEAD_SIZE = 32;
    private static final int HIDDEN = HEADS * HEAD_SIZE;
    private static final int FEED_FORWARD = 256;
    private static final int CONTEXT = 4096;
    private static final int Q4_VALUES = 16;
    /** Half the width of the quantised values' distribution, in steps of the scale. */
    private static final float Q4_DEVIATION = 4.6f;

    /** ChatML, with no more of tools than their names, behind the conversation. */
    private static final String TEMPLATE = """
            {%- for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content }}\
            {% for call in message.tool_calls or [] %}{{ '<tool_call>' + call.function | tojson + '</tool_call>' }}\
            {% endfor %}{{ '<|im_end|>\\n' }}{% endfor -%}
            {%- if tools %}{{ '<|im_start|>system\\ntools' }}{% for tool in tools %}{{ ' ' + tool.function.name }}\
            {% endfor %}{{ '<|im_end|>\\n' }}{% endif -%}
            {%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif -%}""";

    private final TinyVocabulary vocabulary = new TinyVocabulary();
    private final GgufWriter file = new GgufWriter();
    private final Random random;

    private TinyModel(long seed) {
        this.random = new Random(seed);
    }

    /** Writes the model of a seed; the same bytes for the same seed. */
    public static void write(Path path, long seed) throws IOException {
        TinyModel model = new TinyModel(seed);
        model.describe();
        model.weigh();
        model.file.write(path);
    }

    private void describe() {
        int ends = vocabulary.id(TinyVocabulary.TURN_ENDS);
        file.string("general.architecture", "llama")
                .string("general.name", "tiny random model")
                .uint32("llama.block_count", LAYERS)
                .uint32("llama.context_length", CONTEXT)
                .uint32("llama.embedding_length", HIDDEN)
                .uint32("llama.feed_forward_length", FEED_FORWARD)
                .uint32("llama.attention.head_count", HEADS)
                .uint32("llama.attention.head_count_kv", KV_HEADS)
                .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .float32("llama.rope.freq_base", 10_000)
                .string("tokenizer.ggml.model", "gpt2")
                .string("tokenizer.ggml.pre", "smollm")
                .strings("tokenizer.ggml.tokens", vocabulary.tokens())
                .int32s("tokenizer.ggml.token_type", vocabulary.types())
                .strings("tokenizer.ggml.merges", vocabulary.merges())
                .uint32("tokenizer.ggml.bos_token_id", vocabulary.id(TinyVocabulary.END_OF_TEXT))
                .uint32("tokenizer.ggml.eos_token_id", ends)
                .bool("tokenizer.ggml.add_bos_token", false)
                .string("tokenizer.chat_template", TEMPLATE);
    }

    private void weigh() {
        matrix("token_embd.weight", HIDDEN, vocabulary.tokens().size());
        gain("output_norm.weight");
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "blk." + layer + ".";
            gain(block + "attn_norm.weight");
            matrix(block + "attn_q.weight", HIDDEN, HIDDEN);
            matrix(block + "attn_k.weight", HIDDEN, KV_HEADS * HEAD_SIZE);
            matrix(block + "attn_v.weight", HIDDEN, KV_HEADS * HEAD_SIZE);
            matrix(block + "attn_output.weight", HIDDEN, HIDDEN);
            gain(block + "ffn_norm.weight");
            matrix(block + "ffn_gate.weight", HIDDEN, FEED_FORWARD);
            matrix(block + "ffn_up.weight", HIDDEN, FEED_FORWARD);
            matrix(block + "ffn_down.weight", FEED_FORWARD, HIDDEN);
        }
    }

    private void gain(String name) {
        float[] values = new float[HIDDEN];
        for (int i = 0; i < HIDDEN; i++) {
            values[i] = 0.5f + random.nextFloat();
        }
        file.tensor(name, List.of((long) HIDDEN), values);
    }

    /** A matrix of Q4_0 blocks: a scale in half precision, then two values a byte. */
    private void matrix(String name, int columns, int rows) {
        TensorType type = TensorType.Q4_0;
        byte[] quants = new byte[Q4_VALUES];
        float deviation = (float) (1.5 / Math.sqrt(columns));
        ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(type.bytes((long) columns * rows)))
                .order(ByteOrder.LITTLE_ENDIAN);
        while (data.hasRemaining()) {
            random.nextBytes(quants);
            float scale = deviation * (0.5f + random.nextFloat()) / Q4_DEVIATION;
            data.putShort(Float.floatToFloat16(scale)).put(quants);
        }
        file.tensor(name, type, List.of((long) columns, (long) rows), Arrays.copyOf(data.array(), data.capacity()));
    }
}
