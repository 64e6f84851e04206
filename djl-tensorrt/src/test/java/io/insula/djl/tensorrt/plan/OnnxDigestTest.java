package io.insula.djl.tensorrt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.MalformedModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxDigestTest {
    private static final int ENTRY = 13;

    @TempDir
    Path folder = Path.of("/");

    @Test
    void changesWithTheFileAndWithItsExternalData() throws Exception {
        Path model = write(external("weights.bin"));
        Files.writeString(folder.resolve("weights.bin"), "one");
        String first = OnnxDigest.of(model);
        Files.writeString(folder.resolve("weights.bin"), "two");
        String second = OnnxDigest.of(model);
        Files.write(model, field(1, new byte[] {7}), StandardOpenOption.APPEND);
        String third = OnnxDigest.of(model);

        assertThat(first).hasSize(64).isNotEqualTo(second);
        assertThat(third).isNotEqualTo(second);
        Files.writeString(folder.resolve("unrelated.bin"), "x");
        assertThat(OnnxDigest.of(model)).isEqualTo(third);
    }

    @Test
    void findsTensorsInSubgraphsFunctionsAndSparseTensors() throws Exception {
        byte[] inner = field(6, field(5, tensor("inner.bin")));
        byte[] node = field(1, field(5, inner));
        byte[] sparse = field(15, field(1, tensor("sparse.bin")));
        byte[] function = field(25, field(7, field(5, field(5, tensor("function.bin")))));
        Path model = write(concat(field(7, concat(node, sparse)), function));

        assertThat(OnnxExternalData.locations(model)).containsExactly("function.bin", "inner.bin", "sparse.bin");
    }

    @Test
    void refusesDataOutsideTheModelsFolderAndDataThatIsMissing() throws Exception {
        for (String location : new String[] {"../secret", "/etc/passwd", "a/../../b"}) {
            Path model = write(external(location));
            assertThatExceptionOfType(MalformedModelException.class)
                    .isThrownBy(() -> OnnxDigest.of(model))
                    .withMessageContaining("keeps tensors in " + location + " (expected: a path below");
        }
        Path model = write(external("gone.bin"));
        assertThatExceptionOfType(MalformedModelException.class)
                .isThrownBy(() -> OnnxDigest.of(model))
                .withMessageEndingWith("gone.bin, which is not there");
    }

    @Test
    void refusesWhatIsNoProtocolBuffer() throws Exception {
        Path model = write("<html>404</html>".getBytes(StandardCharsets.UTF_8));

        assertThatExceptionOfType(MalformedModelException.class)
                .isThrownBy(() -> OnnxDigest.of(model))
                .withMessageContaining("is no ONNX file");
    }

    @Test
    void survivesAnyBytes() {
        Random random = new Random(42);
        byte[] good = concat(external("w"), field(7, field(1, field(5, field(6, field(5, tensor("x")))))));
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = good.clone();
            for (int change = 0; change < 3; change++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                OnnxExternalData.locations(MemorySegment.ofArray(bytes));
            } catch (IllegalArgumentException e) {
                assertThat(e).as("seed 42, round %d", round).hasMessageNotContaining("null");
            }
        }
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("model.onnx"), bytes);
    }

    private static byte[] external(String location) {
        return field(7, field(5, tensor(location)));
    }

    private static byte[] tensor(String location) {
        return field(ENTRY, concat(text(1, "location"), text(2, location)));
    }

    private static byte[] text(int number, String text) {
        return field(number, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] field(int number, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, (number << 3) | 2);
        varint(out, content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest > 127) {
            out.write((rest & 127) | 128);
            rest >>>= 7;
        }
        out.write(rest);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
