package io.insula.inference.engine.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.LlamaDecoder;
import io.insula.inference.graph.Qwen2Decoder;
import io.insula.inference.graph.Rope;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.GgufFile;
import io.insula.inference.weights.GgufWriter;
import io.insula.inference.weights.ModelFileException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pins every architecture, read from both formats, to Hugging Face transformers: {@code architectures.py} made the models. */
class ArchitecturesTest {

    private static final int[] TOKENS = {
        3, 17, 42, 5, 63, 0, 17, 9, 30, 58, 1, 12, 40, 41, 2, 63, 7, 7, 11, 29, 50, 8, 33, 21
    };
    /** The foreign implementation takes its rotary angles in float32. */
    private static final double TOLERANCE = 1e-5;
    /** Float32 arithmetic on top of it. */
    private static final double FLOAT_TOLERANCE = 1e-4;

    @TempDir
    Path folder;

    static Stream<String> checkpoints() {
        return Stream.of("llama", "llama-linear", "llama3", "mistral", "qwen2", "qwen2-yarn", "qwen3", "smollm3")
                .flatMap(name -> Stream.of(name + ".gguf", name));
    }

    @ParameterizedTest
    @MethodSource("checkpoints")
    void computesWhatTransformersComputesWhateverTheFormat(String name) throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(resource(name));
                DecoderEngine oracle = new OracleEngine(DecoderDescription.of(checkpoint), 1, 128)) {
            assertThat(largestDeviation(oracle, name)).isLessThan(TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("checkpoints")
    void theRuntimeComputesItToo(String name) throws Exception {
        EngineConfig config = EngineConfig.defaults().withSlots(1, 64).withThreads(1);
        try (Checkpoint checkpoint = Checkpoint.open(resource(name));
                DecoderEngine engine = OnnxDecoderEngine.load(checkpoint, config)) {
            assertThat(largestDeviation(engine, name)).isLessThan(FLOAT_TOLERANCE);
        }
    }

    @Test
    void aHeadSizeThatTheRuntimesAttentionDoesNotTakeIsNamed() throws Exception {
        URL eight = Objects.requireNonNull(ArchitecturesTest.class.getResource("llama-tiny.gguf"));
        try (Checkpoint checkpoint = Checkpoint.open(Path.of(eight.toURI()))) {
            assertThatThrownBy(() -> OnnxDecoderEngine.load(checkpoint, EngineConfig.defaults()))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessage("head size: 8 (expected: a multiple of 16)");
        }
    }

    @ParameterizedTest
    @MethodSource("checkpoints")
    void theOtherRotaryLayoutIsNoticed(String name) throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(resource(name))) {
            DecoderDescription right = DecoderDescription.of(checkpoint);
            Rope rope = right.shape().rope();
            RopeLayout other = rope.layout() == RopeLayout.HALVES ? RopeLayout.INTERLEAVED : RopeLayout.HALVES;
            DecoderShape shape = right.shape().withRope(new Rope(rope.theta(), other, rope.scaling()));
            DecoderDescription wrong = name.startsWith("qwen2")
                    ? new Qwen2Decoder(shape, right.weights())
                    : new LlamaDecoder(shape, right.weights());
            try (DecoderEngine oracle = new OracleEngine(wrong, 1, 128)) {
                assertThat(largestDeviation(oracle, name)).isGreaterThan(1000 * TOLERANCE);
            }
        }
    }

    @Test
    void anUnknownArchitectureIsNamedTogetherWithTheKnownOnes() throws Exception {
        Path path = folder.resolve("model.gguf");
        new GgufWriter().string("general.architecture", "gemma3").write(path);
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            assertThatThrownBy(() -> DecoderDescription.of(checkpoint))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessage("model.gguf: architecture gemma3"
                            + " (expected: one of llama, mistral, qwen2, qwen3, smollm3)");
        }
    }

    @Test
    void aTensorThatNoDescriptionAsksForIsRefused() throws Exception {
        try (Checkpoint source = Checkpoint.open(resource("llama.gguf"))) {
            Path path = folder.resolve("more.gguf");
            copyOf((GgufFile) source)
                    .tensor("blk.1.ffn_gate.bias", List.of(2L), 1, 2)
                    .write(path);
            try (Checkpoint more = Checkpoint.open(path)) {
                assertThatThrownBy(() -> DecoderDescription.of(more))
                        .isInstanceOf(ModelFileException.class)
                        .hasMessage("more.gguf: 1 tensors that the architecture llama has no use for, the first"
                                + " blk.1.ffn_gate.bias (expected: none)");
            }
        }
    }

    @Test
    void hyperparametersThatMakeNoDecoderAreRefused() throws Exception {
        try (Checkpoint source = Checkpoint.open(resource("llama.gguf"))) {
            for (String[] change : new String[][] {
                {"block_count", "2000", "llama.block_count: 2000 (expected: 1..1024)"},
                {"attention.head_count_kv", "3", "heads: 4 (expected: a multiple of 3 kvHeads)"},
                {"rope.dimension_count", "4", "llama.rope.dimension_count: 4 (expected: 16, the head size)"},
                {"feed_forward_length", "47", "tensor blk.0.ffn_gate.weight: shape [32, 48] (expected: [32, 47])"},
                {"context_length", "0", "llama.context_length: 0 (expected: 1..2147483647)"},
            }) {
                Path path = folder.resolve(change[0] + ".gguf");
                copyOf((GgufFile) source, "llama." + change[0])
                        .uint32("llama." + change[0], Long.parseLong(change[1]))
                        .write(path);
                try (Checkpoint changed = Checkpoint.open(path)) {
                    assertThatThrownBy(() -> DecoderDescription.of(changed))
                            .isInstanceOf(ModelFileException.class)
                            .hasMessageContaining(change[2]);
                }
            }
        }
    }

    private static GgufWriter copyOf(GgufFile source, String... without) {
        GgufWriter writer = new GgufWriter()
                .copy(source.metadata(), key -> !List.of(without).contains(key));
        source.tensors()
                .forEach(tensor -> writer.tensor(
                        tensor.name(),
                        tensor.type(),
                        tensor.shape(),
                        tensor.data().toArray(ValueLayout.JAVA_BYTE)));
        return writer;
    }

    private static double largestDeviation(DecoderEngine engine, String name) throws IOException, URISyntaxException {
        Path logits = resource(name.replace(".gguf", "") + ".logits");
        DoubleBuffer expected = ByteBuffer.wrap(Files.readAllBytes(logits))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asDoubleBuffer();
        double largest = 0;
        double deviation = 0;
        for (int i = 0; i < TOKENS.length; i++) {
            engine.prefill(0, TOKENS, i, 1);
            float[] actual = engine.prefillLogits().row(0);
            for (int token = 0; token < engine.shape().vocabulary(); token++) {
                double wanted = expected.get(i * engine.shape().vocabulary() + token);
                largest = Math.max(largest, Math.abs(wanted));
                deviation = Math.max(deviation, Math.abs(wanted - actual[token]));
            }
        }
        return deviation / largest;
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(ArchitecturesTest.class.getResource("architectures/" + name), name)
                .toURI());
    }
}
