package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.engine.oracle.OracleEngine;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Greedy answers on a GPU are the oracle's, token by token, also when the engine is lost on the way. */
class GreedyTokensGpuIT {

    private static final int TOKENS = 60;
    private static final int LOST_AFTER = 23;

    @TempDir
    static Path plans = Path.of("/");

    @BeforeAll
    static void needsAGpu() {
        GpuEngines.required();
    }

    static Stream<Named<DecoderDescription>> decoders() {
        return Stream.concat(
                Stream.of(Named.of("F32 llama", TinyModels.of(TensorType.F32))),
                TinyModels.architectures(TensorType.F32));
    }

    private static DecoderEngine open(DecoderDescription decoder) {
        return GpuEngines.open(decoder, ElementType.FLOAT32, GreedyRun.ROWS, GreedyRun.SLOT_TOKENS, plans);
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void answersAreTheOraclesAlsoAfterTheEngineWasLost(DecoderDescription decoder) {
        GreedyRun expected = new GreedyRun(decoder);
        try (DecoderEngine oracle = new OracleEngine(decoder, GreedyRun.ROWS, GreedyRun.SLOT_TOKENS)) {
            expected.goOn(oracle, TOKENS);
        }
        GreedyRun whole = new GreedyRun(decoder);
        GreedyRun resumed = new GreedyRun(decoder);
        try (DecoderEngine engine = open(decoder)) {
            whole.goOn(engine, TOKENS);
            resumed.goOn(engine, LOST_AFTER);
        }
        try (DecoderEngine other = open(decoder)) {
            resumed.goOn(other, TOKENS - LOST_AFTER);
        }
        assertThat(whole.answers()).isEqualTo(expected.answers());
        assertThat(resumed.answers()).isEqualTo(expected.answers());
    }
}
