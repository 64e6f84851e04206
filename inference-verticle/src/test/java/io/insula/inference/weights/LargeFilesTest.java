package io.insula.inference.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and tensors beyond 2 GiB, which sparse files make cheap: nothing counts bytes in an int. */
class LargeFilesTest {

    private static final int COLUMNS = 1024;
    private static final int ROWS = 600_000;
    private static final long TABLE_BYTES = 4L * COLUMNS * ROWS;
    private static final int BLOCK_BYTES = 34;

    @TempDir
    Path folder;

    @Test
    void aGgufFilesRowsAreReadBeyondTwoGibibytes() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(GgufHeaderParser.MAGIC).putInt(3).putLong(2).putLong(0);
        tensor(header, "token_embd.weight", TensorType.F32, COLUMNS, ROWS, 0);
        tensor(header, "output.weight", TensorType.Q8_0, COLUMNS, 1, TABLE_BYTES);
        long start = (header.position() + 31L) / 32 * 32;
        Path path = folder.resolve("large.gguf");
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file.write(header.flip(), 0);
            file.write(floats(3, 4), start + TABLE_BYTES - 8);
            file.write(ByteBuffer.wrap(new byte[] {0, 0x3C, 7}), start + TABLE_BYTES);
            file.write(ByteBuffer.wrap(new byte[1]), start + TABLE_BYTES + COLUMNS / 32 * BLOCK_BYTES - 1);
        }
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            assertLastRow(checkpoint);
            ModelTensor after = checkpoint.find("output.weight").orElseThrow();
            float[] row = new float[COLUMNS];
            after.toFloat(0, row);
            assertThat(row).startsWith(7, 0);
        }
    }

    @Test
    void aSafetensorsFilesRowsAreReadBeyondTwoGibibytes() throws IOException {
        String json = "{\"model.embed_tokens.weight\":{\"dtype\":\"F32\",\"shape\":[" + ROWS + "," + COLUMNS
                + "],\"data_offsets\":[0," + TABLE_BYTES + "]}}";
        Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"llama\",\"tie_word_embeddings\":true}");
        Path path = folder.resolve("model.safetensors");
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer length =
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length());
            file.write(length.flip(), 0);
            file.write(ByteBuffer.wrap(json.getBytes(StandardCharsets.US_ASCII)), 8);
            file.write(floats(3, 4), 8 + json.length() + TABLE_BYTES - 8);
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertLastRow(checkpoint);
        }
    }

    private static void assertLastRow(Checkpoint checkpoint) {
        ModelTensor table = checkpoint.find("token_embd.weight").orElseThrow();
        assertThat(table.data().byteSize()).isEqualTo(TABLE_BYTES).isGreaterThan(Integer.MAX_VALUE);
        assertThat(table.rows()).isEqualTo(ROWS);
        float[] row = new float[COLUMNS];
        table.toFloat((long) (ROWS - 1) * COLUMNS, row);
        assertThat(row).startsWith(0, 0).endsWith(3, 4);
    }

    private static void tensor(ByteBuffer header, String name, TensorType type, long columns, long rows, long offset) {
        header.putLong(name.length()).put(name.getBytes(StandardCharsets.US_ASCII));
        header.putInt(2).putLong(columns).putLong(rows).putInt(type.id()).putLong(offset);
    }

    private static ByteBuffer floats(float first, float second) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(first)
                .putFloat(second)
                .flip();
    }
}
