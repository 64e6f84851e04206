package io.insula.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.text.ModelChatTokenizer;
import io.insula.inference.text.TokenizerSpec;
import io.insula.inference.weights.GgufFile;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The scheduler over the starter model, as the serving benchmark uses it. */
class ServedEngineIT {

    @Test
    void everyTokenOfEveryStreamIsTimed() throws Exception {
        try (GgufFile file = GgufFile.open(Path.of(System.getProperty("insula.test.model", "")));
                ModelChatTokenizer tokenizer =
                        new ModelChatTokenizer(TokenizerSpec.from(file.metadata()), Clock.systemUTC());
                ServedEngine served = new ServedEngine(
                        () -> OnnxDecoderEngine.load(
                                file, EngineConfig.defaults().withSlots(2, 64)),
                        tokenizer,
                        tokenizer.encodeText(Perplexity.text()))) {
            List<StreamTimes> streams = new ArrayList<>();
            // One more than there are slots: it waits, and is timed all the same.
            for (int i = 0; i < 3; i++) {
                streams.add(served.begin(i, 16, 5));
            }
            for (StreamTimes stream : streams) {
                ServedEngine.await(stream.ended());

                assertThat(stream.tokens()).isEqualTo(5);
                assertThat(stream.firstTokenMillis()).isPositive();
                assertThat(stream.gapsMillis(stream.began())).hasSize(4);
            }
        }
    }
}
