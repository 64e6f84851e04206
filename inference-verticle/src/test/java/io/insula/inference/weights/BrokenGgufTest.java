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
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every broken file gives one {@link ModelFileException}: no other exception, no large allocation, no mapping. */
class BrokenGgufTest {

    private static final int F32 = TensorType.F32.id();

    @TempDir
    Path folder;

    private byte[] valid;
    private int headerBytes;

    @BeforeEach
    void writesAValidFile() throws IOException {
        Path path = folder.resolve("valid.gguf");
        new GgufWriter()
                .string("general.architecture", "llama")
                .uint32("llama.block_count", 1)
                .strings("tokenizer.ggml.tokens", List.of("a", "ö", "<s>"))
                .float32s("tokenizer.ggml.scores", 1, 2, 3)
                .tensor("token_embd.weight", List.of(4L, 2L), 1, 2, 3, 4, 5, 6, 7, 8)
                .tensor("blk.0.attn_q.weight", TensorType.Q4_1, List.of(32L, 2L), new byte[40])
                .write(path);
        valid = Files.readAllBytes(path);
        headerBytes = valid.length - 32 - 64;
        GgufFile.open(path).close();
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        for (int length = 0; length < headerBytes + 72; length++) {
            byte[] cut = Arrays.copyOf(valid, length);
            int at = length;
            assertThatThrownBy(() -> open(cut)).as("cut at byte %d", at).isInstanceOf(ModelFileException.class);
        }
    }

    @Test
    void mutatedFilesOpenOrAreRefusedAndNothingElse() throws IOException {
        long seed = 20261122;
        Random random = new Random(seed);
        int refused = 0;
        int mutations = 10_000;
        for (int trial = 0; trial < mutations; trial++) {
            byte[] mutated = valid.clone();
            int flips = 1 + random.nextInt(3);
            for (int i = 0; i < flips; i++) {
                int at = random.nextInt(headerBytes);
                mutated[at] =
                        (byte) (random.nextBoolean() ? mutated[at] ^ 1 << random.nextInt(8) : random.nextInt(256));
            }
            if (!opensAndReads(mutated, "seed " + seed + " trial " + trial)) {
                refused++;
            }
        }
        assertThat(refused).as("refused of %d, seed %d", mutations, seed).isBetween(mutations / 2, mutations - 1);
    }

    @Test
    void hugeCountsAreRefusedWithoutAllocating() throws IOException {
        for (long huge : new long[] {1L << 60, Long.MAX_VALUE, -1L, 1L << 32, 100_000}) {
            refused(patch(8, bytes -> bytes.putLong(huge)), "tensor count");
            refused(patch(16, bytes -> bytes.putLong(huge)), "metadata count");
            refused(patch(24, bytes -> bytes.putLong(huge)), "metadata 0 key length");
            refused(header(0, 1, pair("k", 8, le(8).putLong(huge))), "metadata k length");
            for (int type : new int[] {0, 3, 4, 7, 8, 9, 10, 12}) {
                refused(header(0, 1, pair("k", 9, le(12).putInt(type).putLong(huge))), "metadata k element count");
            }
            refused(header(1, 0, le(8).putLong(huge)), "tensor 0 name length");
        }
    }

    @Test
    void wrongMagicVersionAndByteOrderAreNamed() throws IOException {
        refused(patch(0, bytes -> bytes.putInt(0x46554748)), "not a GGUF file");
        refused(patch(4, bytes -> bytes.putInt(1)), "GGUF version 1 (expected: 2 or 3)");
        refused(patch(4, bytes -> bytes.putInt(4)), "GGUF version 4 (expected: 2 or 3)");
        refused(patch(4, bytes -> bytes.order(ByteOrder.BIG_ENDIAN).putInt(3)), "big-endian");
        refused(new byte[0], "magic: the file ends at byte 0");
    }

    @Test
    void versionTwoIsRead() throws IOException {
        open(patch(4, bytes -> bytes.putInt(2)));
    }

    @Test
    void brokenMetadataIsNamed() throws IOException {
        refused(header(0, 1, pair("k", 13, le(0))), "metadata k: value type 13 (expected: 0..12)");
        refused(header(0, 1, pair("k", 9, le(12).putInt(13).putLong(0))), "metadata k: value type 13");
        refused(header(0, 1, pair("k", 7, le(1).put((byte) 2))), "metadata k: bool 2 (expected: 0 or 1)");
        refused(header(0, 1, pair("k", 10, le(8).putLong(-1))), "metadata k: 18446744073709551615");
        refused(header(0, 2, pair("k", 0, le(1)), pair("k", 0, le(1))), "metadata k occurs twice");
        refused(header(0, 1, pair("k", 8, le(9).putLong(1).put((byte) 0xC3))), "metadata k is not UTF-8");
        refused(header(0, 1, le(24).putLong(1).put((byte) 0xFF)), "metadata 0 key is not UTF-8");
        ByteBuffer nested = le(12 * 6);
        for (int i = 0; i < 6; i++) {
            nested.putInt(9).putLong(1);
        }
        refused(header(0, 1, pair("k", 9, nested)), "metadata k: arrays nested deeper than 4");
        for (int alignment : new int[] {0, 1, 48, 1 << 17}) {
            refused(
                    header(0, 1, pair("general.alignment", 4, le(4).putInt(alignment))),
                    "metadata general.alignment: " + alignment);
        }
        refused(
                header(0, 1, pair("general.alignment", 7, le(1))),
                "general.alignment is a bool (expected: an integer)");
    }

    @Test
    void brokenTensorsAreNamed() throws IOException {
        refused(header(1, 0, tensor("t", F32, 0)), "tensor t: 0 dimensions (expected: 1..4)");
        refused(header(1, 0, tensor("t", F32, 0, 1, 1, 1, 1, 1)), "tensor t: 5 dimensions (expected: 1..4)");
        refused(header(1, 0, tensor("t", F32, 0, 4, 0)), "tensor t: shape [4, 0]");
        refused(header(1, 0, tensor("t", F32, 0, 4, -1)), "tensor t dimension 1: 18446744073709551615");
        refused(header(1, 0, tensor("t", F32, 0, 1L << 31, 1L << 31, 1L << 31)), "overflows");
        refused(header(1, 0, tensor("t", F32, 0, 1L << 62)), "tensor t: shape [4611686018427387904] overflows");
        refused(header(1, 0, tensor("t", F32, 0, 1L << 40)), "tensor t: 4398046511104 bytes at offset 0");
        refused(header(1, 0, tensor("t", F32, 1 << 20, 4)), "tensor t: 16 bytes at offset 1048576");
        refused(header(1, 0, tensor("t", F32, Long.MAX_VALUE - 31, 4)), "bytes at offset");
        refused(header(1, 0, tensor("t", F32, -32, 4)), "tensor t offset: 18446744073709551584");
        refused(header(1, 0, tensor("t", F32, 8, 4)), "tensor t: offset 8 (expected: a multiple of the alignment 32)");
        refused(header(1, 0, tensor("t", TensorType.Q4_0.id(), 0, 33)), "rows of 33 elements of type Q4_0");
        refused(header(1, 0, tensor("t", 777, 0, 4)), "tensor t: type 777 is unknown");
        refused(header(2, 0, tensor("t", F32, 0, 4), tensor("t", F32, 32, 4)), "tensor t occurs twice");
        refused(header(2, 0, tensor("t", F32, 0, 9), tensor("u", F32, 32, 4)), "tensors t and u overlap at offset 32");
        refused(header(2, 0, tensor("t", F32, 32, 4), tensor("u", F32, 32, 4)), "overlap at offset 32");
        refused(header(1, 0, tensor("t".repeat(65), F32, 0, 4)), "tensor 0 name length: 65");
    }

    @Test
    void anUnsupportedTypeIsNamedTogetherWithTheSupportedOnes() throws IOException {
        refused(
                header(1, 0, tensor("blk.0.attn_q.weight", TensorType.IQ2_XS.id(), 0, 256)),
                "tensor blk.0.attn_q.weight: type IQ2_XS is not supported"
                        + " (supported: F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL,"
                        + " BF16)");
    }

    @Test
    void randomBytesAfterAValidStartAreRefused() throws IOException {
        long seed = 42;
        Random random = new Random(seed);
        for (int trial = 0; trial < 500; trial++) {
            byte[] bytes = new byte[24 + random.nextInt(400)];
            random.nextBytes(bytes);
            le(bytes)
                    .putInt(GgufHeaderParser.MAGIC)
                    .putInt(3)
                    .putLong(1 + random.nextInt(3))
                    .putLong(random.nextInt(4));
            String what = "seed " + seed + " trial " + trial;
            assertThatThrownBy(() -> open(bytes)).as(what).isInstanceOf(ModelFileException.class);
        }
    }

    private void refused(byte[] file, String message) throws IOException {
        assertThatThrownBy(() -> open(file))
                .isExactlyInstanceOf(ModelFileException.class)
                .hasMessageStartingWith("broken.gguf: ")
                .hasMessageContaining(message);
    }

    private boolean opensAndReads(byte[] bytes, String what) throws IOException {
        try (GgufFile file = GgufFile.open(write(bytes))) {
            for (ModelTensor tensor : file.tensors()) {
                tensor.toFloat(0, new float[(int) tensor.elements()]);
            }
            return true;
        } catch (ModelFileException e) {
            assertThat(e.getMessage()).as(what).startsWith("broken.gguf: ");
            return false;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what, e);
        }
    }

    private void open(byte[] bytes) throws IOException {
        GgufFile.open(write(bytes)).close();
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("broken.gguf"), bytes);
    }

    private byte[] patch(int at, Consumer<ByteBuffer> change) {
        byte[] patched = valid.clone();
        change.accept(le(patched).position(at));
        return patched;
    }

    /** A file of that header and 64 bytes of tensor data. */
    private static byte[] header(int tensors, int pairs, ByteBuffer... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(whole(
                le(24).putInt(GgufHeaderParser.MAGIC).putInt(3).putLong(tensors).putLong(pairs)));
        for (ByteBuffer part : parts) {
            bytes.writeBytes(whole(part));
        }
        bytes.writeBytes(new byte[-bytes.size() & 31]);
        bytes.writeBytes(new byte[64]);
        return bytes.toByteArray();
    }

    private static ByteBuffer pair(String key, int type, ByteBuffer value) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        return le(12 + name.length + value.capacity())
                .putLong(name.length)
                .put(name)
                .putInt(type)
                .put(whole(value));
    }

    private static ByteBuffer tensor(String name, int type, long offset, long... shape) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer info = le(24 + utf8.length + 8 * shape.length)
                .putLong(utf8.length)
                .put(utf8)
                .putInt(shape.length);
        for (long dimension : shape) {
            info.putLong(dimension);
        }
        return info.putInt(type).putLong(offset);
    }

    private static byte[] whole(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    private static ByteBuffer le(int bytes) {
        return le(new byte[bytes]);
    }

    private static ByteBuffer le(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
