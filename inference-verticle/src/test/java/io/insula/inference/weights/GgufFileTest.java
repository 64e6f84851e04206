package io.insula.inference.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFileTest {

    @TempDir
    Path folder;

    @Test
    void readsEveryValueTypeThatAForeignWriterWrote() throws Exception {
        try (GgufFile file = GgufFile.open(foreign())) {
            GgufMetadata metadata = file.metadata();
            assertThat(file.architecture()).isEqualTo("llama");
            assertThat(file.alignment()).isEqualTo(32);
            assertThat(metadata.integer("v.u8")).isEqualTo(200);
            assertThat(metadata.integer("v.i8")).isEqualTo(-100);
            assertThat(metadata.integer("v.u16")).isEqualTo(60_000);
            assertThat(metadata.integer("v.i16")).isEqualTo(-30_000);
            assertThat(metadata.integer("v.u32")).isEqualTo(4_000_000_000L);
            assertThat(metadata.integer("v.i32")).isEqualTo(-2_000_000_000L);
            assertThat(metadata.integer("v.u64")).isEqualTo(1L << 62);
            assertThat(metadata.integer("v.i64")).isEqualTo(-(1L << 62));
            assertThat(metadata.real("v.f32")).isEqualTo(1.5);
            assertThat(metadata.real("v.f64")).isEqualTo(0.1);
            assertThat(metadata.real("v.u8")).isEqualTo(200);
            assertThat(metadata.bool("v.bool")).isTrue();
            assertThat(metadata.string("v.string")).isEqualTo("naïve 😀");
            assertThat(metadata.strings("v.strings")).containsExactly("a", "", "ö");
            assertThat(metadata.integers("v.integers")).containsExactly(1, -2, 3);
            assertThat(metadata.reals("v.reals")).containsExactly(0.5, -1.25);
        }
    }

    @Test
    void decodesEveryTensorTypeAsTheForeignImplementationDoes() throws Exception {
        try (GgufFile file = GgufFile.open(foreign());
                InputStream expected = GgufFileTest.class.getResourceAsStream("foreign.txt")) {
            List<String> lines = new String(Objects.requireNonNull(expected).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertThat(lines).hasSize(6);
            for (String line : lines) {
                String[] fields = line.split(" ", -1);
                ModelTensor tensor = file.tensor(fields[0]);
                assertThat(tensor.type()).isEqualTo(TensorType.valueOf(fields[0].toUpperCase(Locale.ROOT)));
                assertThat(tensor.shape()).containsExactly(64L, 3L);
                float[] values = new float[(int) tensor.elements()];
                tensor.toFloat(0, values);
                for (int i = 0; i < values.length; i++) {
                    assertThat(values[i])
                            .as("%s element %d", tensor.name(), i)
                            .isEqualTo(Float.intBitsToFloat(Integer.parseUnsignedInt(fields[1 + i], 16)));
                }
            }
        }
    }

    @Test
    void decodesEveryBitOfQuantisedBlocksAsTheForeignImplementationDoes() throws Exception {
        try (GgufFile file = GgufFile.open(resource("quantised.gguf"));
                InputStream expected = GgufFileTest.class.getResourceAsStream("quantised.txt")) {
            List<String> lines = new String(Objects.requireNonNull(expected).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertThat(lines).hasSize((int) Arrays.stream(TensorType.values())
                    .filter(type -> type.supported() && type.quantised())
                    .count());
            for (String line : lines) {
                String[] fields = line.split(" ", -1);
                ModelTensor tensor = file.tensor(fields[0]);
                float[] values = new float[(int) tensor.elements()];
                tensor.toFloat(0, values);
                for (int i = 2; i < fields.length; i++) {
                    assertThat(values[i - 2])
                            .as("%s element %d", tensor.name(), i - 2)
                            .isEqualTo(Float.intBitsToFloat(Integer.parseUnsignedInt(fields[i], 16)));
                }
                ByteBuffer all = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
                all.asFloatBuffer().put(values);
                CRC32 checksum = new CRC32();
                checksum.update(all);
                assertThat(Long.toHexString(checksum.getValue()))
                        .as(tensor.name())
                        .isEqualTo(fields[1].replaceFirst("^0+", ""));
            }
        }
    }

    @Test
    void readsWhatItsOwnWriterWrote() throws Exception {
        Path path = folder.resolve("own.gguf");
        new GgufWriter()
                .string("general.architecture", "tiny")
                .uint32("a.count", 4_000_000_000L)
                .float32("a.eps", 1e-5f)
                .bool("a.flag", true)
                .strings("a.names", List.of("x", "y".repeat(100_000)))
                .int32s("a.kinds", 1, -1)
                .float32s("a.scores", 0.25f)
                .tensor("one", List.of(3L, 2L), 1, 2, 3, 4, 5, 6)
                .tensor("two", TensorType.Q8_0, List.of(32L), new byte[34])
                .write(path);
        try (GgufFile file = GgufFile.open(path)) {
            assertThat(file.metadata().integer("a.count")).isEqualTo(4_000_000_000L);
            assertThat(file.metadata().real("a.eps")).isCloseTo(1e-5, within(1e-12));
            assertThat(file.metadata().bool("a.flag")).isTrue();
            assertThat(file.metadata().strings("a.names")).containsExactly("x", "y".repeat(100_000));
            assertThat(file.metadata().integers("a.kinds")).containsExactly(1, -1);
            assertThat(file.metadata().reals("a.scores")).containsExactly(0.25);
            ModelTensor one = file.tensor("one");
            assertThat(one.columns()).isEqualTo(3);
            assertThat(one.rows()).isEqualTo(2);
            float[] row = new float[3];
            one.toFloat(3, row);
            assertThat(row).containsExactly(4, 5, 6);
            assertThat(file.find("three")).isEmpty();
            assertThat(file.tensors()).extracting(ModelTensor::name).containsExactly("one", "two");
        }
    }

    @Test
    void namesTheKeyAndTheKindOfAWrongOrMissingValue() throws Exception {
        Path path = folder.resolve("kinds.gguf");
        new GgufWriter()
                .string("general.architecture", "tiny")
                .strings("list", List.of("x"))
                .write(path);
        try (GgufFile file = GgufFile.open(path)) {
            GgufMetadata metadata = file.metadata();
            assertThatThrownBy(() -> metadata.integer("missing"))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessage("kinds.gguf: metadata missing is missing (expected: an integer)");
            assertThatThrownBy(() -> metadata.integer("list", 3))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessage("kinds.gguf: metadata list is an array of another kind (expected: an integer)");
            assertThatThrownBy(() -> metadata.strings("general.architecture"))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessage(
                            "kinds.gguf: metadata general.architecture is a string (expected: an array of strings)");
            assertThat(metadata.integer("missing", 3)).isEqualTo(3);
            assertThatThrownBy(() -> file.tensor("blk.0.attn_q.weight"))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessage("kinds.gguf: tensor blk.0.attn_q.weight is missing");
        }
    }

    @Test
    void tensorDataIsOutOfReachOnceTheFileIsClosed() throws Exception {
        ModelTensor tensor;
        try (GgufFile file = GgufFile.open(foreign())) {
            tensor = file.tensor("f32");
        }
        assertThatThrownBy(() -> tensor.toFloat(0, new float[1])).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aMissingFileAndAFolderAreModelFileErrors() {
        assertThatThrownBy(() -> GgufFile.open(folder.resolve("none.gguf")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> GgufFile.open(folder)).isInstanceOf(ModelFileException.class);
    }

    private static Path foreign() throws URISyntaxException {
        return resource("foreign.gguf");
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(GgufFileTest.class.getResource(name), name)
                .toURI());
    }
}
