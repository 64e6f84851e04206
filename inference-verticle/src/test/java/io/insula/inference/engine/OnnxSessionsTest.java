package io.insula.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.RopeLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnnxSessionsTest {

    private static final DecoderShape NINE_HEADS =
            new DecoderShape(1, 9, 3, 16, 144, 96, 101, 160, 10_000, RopeLayout.HALVES, 1e-5);

    @ParameterizedTest
    @CsvSource({"1,1", "2,2", "8,8", "9,9", "10,9", "16,9", "32,9"})
    void exactRowsHaveNoMoreThreadsThanHeads(int threads, int used) {
        EngineConfig config = EngineConfig.defaults().withThreads(threads);
        assertThat(OnnxSessions.threads(NINE_HEADS, config)).isEqualTo(used);
        assertThat(OnnxSessions.threads(NINE_HEADS, config.withExact(false))).isEqualTo(threads);
    }
}
