package io.insula.chaos.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.graph.DecoderShape;
import io.insula.inference.text.ModelChatTokenizer;
import io.insula.inference.text.TokenizerSpec;
import io.insula.inference.weights.Checkpoint;
import io.insula.protocol.ChatMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TinyModelTest {

    @TempDir
    Path folder;

    @Test
    void theSameSeedWritesTheSameFileAndAnotherAnother() throws Exception {
        TinyModel.write(folder.resolve("one.gguf"), 1);
        TinyModel.write(folder.resolve("again.gguf"), 1);
        TinyModel.write(folder.resolve("other.gguf"), 2);

        assertThat(folder.resolve("one.gguf")).hasSameBinaryContentAs(folder.resolve("again.gguf"));
        assertThat(Files.mismatch(folder.resolve("one.gguf"), folder.resolve("other.gguf")))
                .isNotNegative();
    }

    @Test
    void itsTokenizerWritesWordsShortAndEveryTextWhole() throws Exception {
        TinyModel.write(folder.resolve("tiny.gguf"), 1);
        try (Checkpoint checkpoint = Checkpoint.open(folder.resolve("tiny.gguf"));
                ModelChatTokenizer tokenizer =
                        new ModelChatTokenizer(TokenizerSpec.from(checkpoint), Clock.systemUTC())) {
            int[] words = tokenizer.encodeText("water river stone");
            assertThat(words).hasSizeLessThan(10);
            assertThat(DecoderShape.of(checkpoint).contextTokens()).isEqualTo(4096);
            String odd = "Größe \u00AD\u007F\u0001 \uD83D\uDE00 日本";
            StringBuilder read = new StringBuilder();
            byte[] bytes = new byte[0];
            for (int token : tokenizer.encodeText(odd)) {
                byte[] more = tokenizer.bytes(token);
                byte[] joined = java.util.Arrays.copyOf(bytes, bytes.length + more.length);
                System.arraycopy(more, 0, joined, bytes.length, more.length);
                bytes = joined;
            }
            read.append(new String(bytes, StandardCharsets.UTF_8));
            assertThat(read).hasToString(odd);
            assertThat(tokenizer.encode(List.of(new ChatMessage("user", "question"))))
                    .hasSizeLessThan(12);
        }
    }
}
