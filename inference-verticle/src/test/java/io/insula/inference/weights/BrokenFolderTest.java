package io.insula.inference.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every broken Hugging Face folder gives one {@link ModelFileException}: no other exception, no large allocation. */
class BrokenFolderTest {

    private static final String INDEX = "model.safetensors.index.json";
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String HEADER = "{\"__metadata__\":{\"format\":\"pt\"},\"" + EMBEDDING
            + "\":{\"dtype\":\"F32\",\"shape\":[2,4],\"data_offsets\":[0,32]},"
            + "\"model.norm.weight\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[32,40]}}";

    @TempDir
    Path folder;

    @BeforeEach
    void writesAValidFolder() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"llama\",\"tie_word_embeddings\":true}");
        weights(HEADER);
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.architecture()).isEqualTo("llama");
            assertThat(checkpoint.tensors())
                    .extracting(ModelTensor::name)
                    .containsExactly("token_embd.weight", "output_norm.weight");
            ModelTensor table = checkpoint.find("token_embd.weight").orElseThrow();
            assertThat(table.shape()).containsExactly(4L, 2L);
            float[] row = new float[4];
            table.toFloat(4, row);
            assertThat(row).containsExactly(4, 5, 6, 7);
        }
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] valid = Files.readAllBytes(folder.resolve("model.safetensors"));
        for (int length = 0; length < valid.length; length++) {
            Files.write(folder.resolve("model.safetensors"), Arrays.copyOf(valid, length));
            assertThatThrownBy(() -> Checkpoint.open(folder))
                    .as("cut at byte %d", length)
                    .isExactlyInstanceOf(ModelFileException.class);
        }
    }

    @Test
    void mutatedFilesOpenOrAreRefusedAndNothingElse() throws IOException {
        byte[] valid = Files.readAllBytes(folder.resolve("model.safetensors"));
        long seed = 20261122;
        Random random = new Random(seed);
        int refused = 0;
        int mutations = 1_500;
        for (int trial = 0; trial < mutations; trial++) {
            byte[] mutated = valid.clone();
            int at = random.nextInt(valid.length - 40);
            mutated[at] = (byte) (random.nextBoolean() ? mutated[at] ^ 1 << random.nextInt(8) : random.nextInt(256));
            Files.write(folder.resolve("model.safetensors"), mutated);
            try (Checkpoint checkpoint = Checkpoint.open(folder)) {
                for (ModelTensor tensor : checkpoint.tensors()) {
                    tensor.toFloat(0, new float[(int) tensor.elements()]);
                }
            } catch (ModelFileException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + " trial " + trial, e);
            }
        }
        assertThat(refused).as("refused of %d, seed %d", mutations, seed).isBetween(mutations / 3, mutations - 1);
    }

    @Test
    void aHeaderLongerThanTheFileIsRefusedWithoutAllocating() throws IOException {
        for (long huge : new long[] {0, 1, 1L << 20, 100_000_001, Long.MAX_VALUE, -1}) {
            Files.write(folder.resolve("model.safetensors"), file(huge, HEADER));
            refused("model.safetensors: header of " + Long.toUnsignedString(huge) + " bytes (expected: 2..100000000");
        }
    }

    @Test
    void brokenHeadersAreNamed() throws IOException {
        refusedHeader("null", "not a JSON object");
        refusedHeader("[]", "not a JSON object");
        refusedHeader("{\"a\":", "not JSON");
        refusedHeader("[".repeat(5000), "not JSON");
        refusedHeader("{\"t\":null}", "tensor t is null");
        refusedHeader("{\"t\":3}", "t is of another kind (expected: an object)");
        refusedHeader("{\"t\":{}}", "dtype is missing (expected: a string)");
        refusedHeader(tensor("F8_E4M3", "4", "0,4"), "tensor t: dtype F8_E4M3 (expected: F32, F16 or BF16)");
        refusedHeader(tensor("F32", "", "0,4"), "tensor t: shape [] (expected: 1..4 dimensions of at least 1)");
        refusedHeader(tensor("F32", "1,1,1,1,1", "0,4"), "tensor t: shape [1, 1, 1, 1, 1]");
        refusedHeader(tensor("F32", "0", "0,0"), "tensor t: shape [0]");
        refusedHeader(tensor("F32", "-1", "0,4"), "tensor t: shape [-1]");
        refusedHeader(tensor("F32", "1.5", "0,4"), "shape is of another kind (expected: an integer)");
        refusedHeader(tensor("F32", "\"1\"", "0,4"), "shape is of another kind (expected: an integer)");
        refusedHeader(tensor("F32", "2147483648,2147483648,2147483648", "0,4"), "overflows");
        refusedHeader(tensor("F32", "1", "0"), "tensor t: 1 data offsets (expected: 2)");
        refusedHeader(tensor("F32", "1", "0,44"), "tensor t: bytes 0..44 (expected: within the 40 bytes");
        refusedHeader(tensor("F32", "1", "-4,0"), "tensor t: bytes -4..0");
        refusedHeader(tensor("F32", "1", "8,4"), "tensor t: bytes 8..4");
        refusedHeader(tensor("F32", "1", "0,9223372036854775807"), "tensor t: bytes 0..9223372036854775807");
        refusedHeader(tensor("F32", "1", "0,99999999999999999999"), "is of another kind (expected: an integer)");
        refusedHeader(tensor("F32", "2", "0,4"), "tensor t: 4 bytes (expected: 8 for shape [2] of F32)");
        refusedHeader(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "tensors a and b overlap");
    }

    @Test
    void twoNamesForOneTensorAreRefused() throws IOException {
        refusedHeader(
                HEADER.replace("model.norm.weight", "token_embd.weight"), "tensor token_embd.weight occurs twice");
    }

    @Test
    void shardsLieInTheFolderAndHoldWhatTheIndexSays() throws IOException {
        Files.move(folder.resolve("model.safetensors"), folder.resolve("a.safetensors"));
        index("{\"" + EMBEDDING + "\":\"a.safetensors\"}");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.tensors()).extracting(ModelTensor::name).containsExactly("token_embd.weight");
        }
        for (String outside :
                new String[] {"../a.safetensors", "/a.safetensors", "b/a.safetensors", "a.bin", ".safetensors"}) {
            index("{\"" + EMBEDDING + "\":\"" + outside + "\"}");
            refused("file " + outside + " (expected: the plain name of a .safetensors file)");
        }
        index("{\"" + EMBEDDING + "\":\"b.safetensors\"}");
        refused("no such file");
        index("{\"lm_head.weight\":\"a.safetensors\"}");
        refused("tensor lm_head.weight is missing from a.safetensors");
        index("{\"" + EMBEDDING + "\":7}");
        refused("is of another kind (expected: a string)");
        Files.writeString(folder.resolve(INDEX), "{}");
        refused("weight_map is missing");
    }

    @Test
    void configurationsThatCannotBeReadAreNamed() throws IOException {
        Path config = folder.resolve("config.json");
        Files.writeString(config, "{\"model_type\":\"llama\",\"quantization_config\":{\"quant_method\":\"gptq\"}}");
        refused("config.json: quantization_config (expected: none; quantised models as GGUF)");
        Files.writeString(config, "{\"model_type\":\"llama\",\"tie_word_embeddings\":false}");
        refused("tie_word_embeddings is false, but lm_head.weight is missing");
        Files.writeString(config, " ".repeat(17 << 20));
        refused("config.json: longer than 16777216 bytes");
        Files.delete(config);
        refused("config.json: no such file");
    }

    private void index(String weightMap) throws IOException {
        Files.writeString(folder.resolve(INDEX), "{\"weight_map\":" + weightMap + "}");
    }

    private static String tensor(String type, String shape, String offsets) {
        return "{\"t\":{\"dtype\":\"" + type + "\",\"shape\":[" + shape + "],\"data_offsets\":[" + offsets + "]}}";
    }

    private void refusedHeader(String header, String message) throws IOException {
        weights(header);
        refused(message);
    }

    private void refused(String message) {
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isExactlyInstanceOf(ModelFileException.class)
                .hasMessageContaining(message);
    }

    private void weights(String header) throws IOException {
        Files.write(folder.resolve("model.safetensors"), file(header.getBytes(StandardCharsets.UTF_8).length, header));
    }

    /** A file of that header and the eight floats 0..7 and four brain floats. */
    private static byte[] file(long headerBytes, String header) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerBytes)
                .array());
        bytes.writeBytes(header.getBytes(StandardCharsets.UTF_8));
        ByteBuffer data = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 8; i++) {
            data.putFloat(i);
        }
        bytes.writeBytes(data.array());
        return bytes.toByteArray();
    }
}
