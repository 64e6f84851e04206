package io.insula.api.openai;

import io.insula.api.json.JsonBytes;
import io.insula.protocol.EmbeddingVector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;

/**
 * Writes one embeddings answer, part by part as the vectors come.
 *
 * <p><b>Source:</b> OpenAI's {@code CreateEmbeddingResponse}; base64 is of little-endian float32, as its clients read it.
 */
public final class EmbeddingsWriter {

    private static final int FLOAT_CHARS = 12;

    private final boolean base64;
    private final JsonBytes out = new JsonBytes(4096).raw("{\"object\":\"list\",\"data\":[");
    private int index;

    public EmbeddingsWriter(boolean base64) {
        this.base64 = base64;
    }

    /** Appends the vectors of the next inputs. */
    public void vectors(List<EmbeddingVector> next) {
        for (EmbeddingVector vector : next) {
            out.raw(index == 0 ? "" : ",")
                    .raw("{\"object\":\"embedding\",\"index\":")
                    .number(index++)
                    .raw(",\"embedding\":");
            if (base64) {
                out.raw("\"").raw(encoded(vector)).raw("\"}");
            } else {
                out.raw(numbers(vector)).raw("}");
            }
        }
    }

    /** The whole answer; nothing may be appended afterwards. */
    public JsonBytes finish(String model, int promptTokens) {
        return out.raw("],\"model\":")
                .string(model)
                .raw(",\"usage\":{\"prompt_tokens\":")
                .number(promptTokens)
                .raw(",\"total_tokens\":")
                .number(promptTokens)
                .raw("}}");
    }

    private static byte[] encoded(EmbeddingVector vector) {
        ByteBuffer bytes =
                ByteBuffer.allocate(vector.dimensions() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector.toArray());
        return Base64.getEncoder().encode(bytes.array());
    }

    private static String numbers(EmbeddingVector vector) {
        StringBuilder text = new StringBuilder(vector.dimensions() * FLOAT_CHARS);
        char separator = '[';
        for (int i = 0; i < vector.dimensions(); i++) {
            text.append(separator).append(vector.get(i));
            separator = ',';
        }
        return text.append(']').toString();
    }
}
