package io.insula.store.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.store.UsageEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolFileTest {

    @TempDir
    private Path directory;

    @Test
    void everyRowComesBackAsItWas() throws IOException {
        Random random = new Random(1);
        List<UsageEntry> rows =
                Stream.generate(() -> Rows.random(random)).limit(2_000).toList();

        Path path = written(rows);

        assertThat(contents(path)).isEqualTo(new SpoolFile.Contents(rows, 0));
    }

    @Test
    void whateverIsMissingAtItsEndTheRowsBeforeComeBack() throws IOException {
        Random random = new Random(2);
        List<UsageEntry> rows =
                Stream.generate(() -> Rows.random(random)).limit(3).toList();
        byte[] whole = Files.readAllBytes(written(rows));
        long[] ends = new long[rows.size() + 1];
        for (int i = 1; i < ends.length; i++) {
            ends[i] = Files.size(written(rows.subList(0, i)));
        }
        ends[0] = 16;

        for (int length = 16; length < whole.length; length++) {
            Path torn =
                    Files.write(directory.resolve("torn" + length + SpoolFile.SUFFIX), Arrays.copyOf(whole, length));
            int complete = 0;
            while (complete + 1 < ends.length && ends[complete + 1] <= length) {
                complete++;
            }
            assertThat(contents(torn))
                    .as("%d of %d bytes", length, whole.length)
                    .isEqualTo(new SpoolFile.Contents(rows.subList(0, complete), length - ends[complete]));
        }
    }

    @Test
    void aFlippedBitCostsNoMoreThanItsRowUnlessItIsInALength() throws IOException {
        Random random = new Random(3);
        List<UsageEntry> rows =
                Stream.generate(() -> Rows.random(random)).limit(5).toList();
        byte[] whole = Files.readAllBytes(written(rows));

        for (int i = 0; i < 500; i++) {
            byte[] broken = whole.clone();
            int bit = 8 * 16 + random.nextInt(8 * (whole.length - 16));
            broken[bit / 8] ^= (byte) (1 << bit % 8);
            Path path = Files.write(directory.resolve("broken" + i + SpoolFile.SUFFIX), broken);

            SpoolFile.Contents contents = contents(path);

            assertThat(contents.damagedBytes()).as("bit %d", bit).isPositive();
            assertThat(rows).as("bit %d", bit).containsAll(contents.rows());
        }
        broken(whole, rows);
    }

    private void broken(byte[] whole, List<UsageEntry> rows) throws IOException {
        byte[] secondRow = whole.clone();
        int first = Math.toIntExact(Files.size(written(rows.subList(0, 1))));
        secondRow[first + RowLayout.HEAD_BYTES + 3] ^= 1;
        assertThat(contents(Files.write(directory.resolve("second" + SpoolFile.SUFFIX), secondRow))
                        .rows())
                .containsExactly(rows.get(0), rows.get(2), rows.get(3), rows.get(4));
    }

    @Test
    void whatIsNoSpoolIsNotRead() throws IOException {
        byte[] foreign = new byte[1000];
        new Random(4).nextBytes(foreign);
        assertThat(contents(Files.write(directory.resolve("foreign" + SpoolFile.SUFFIX), foreign)))
                .isEqualTo(new SpoolFile.Contents(List.of(), 1000));
        assertThat(contents(Files.write(directory.resolve("empty" + SpoolFile.SUFFIX), new byte[0])))
                .isEqualTo(new SpoolFile.Contents(List.of(), 0));
    }

    @Test
    void aFileInUseIsNotTakenOver() throws IOException {
        SpoolFile file = SpoolFile.create(directory.resolve("a" + SpoolFile.SUFFIX));
        assertThat(SpoolFile.adopt(file.path())).isNull();
        file.close();

        SpoolFile adopted = Objects.requireNonNull(SpoolFile.adopt(file.path()));
        assertThat(SpoolFile.adopt(file.path())).isNull();
        adopted.delete();
        assertThat(SpoolFile.adopt(file.path())).isNull();
        assertThat(file.path()).doesNotExist();
    }

    @Test
    void anEmptiedFileTakesRowsAgain() throws IOException {
        SpoolFile file = SpoolFile.create(directory.resolve("a" + SpoolFile.SUFFIX));
        file.append(Rows.numbered(0, 5));
        file.empty();
        file.append(Rows.numbered(5, 7));
        file.sync();

        assertThat(Rows.numbers(file.read().rows())).containsExactly(5, 6);
        file.close();
    }

    private Path written(List<UsageEntry> rows) throws IOException {
        SpoolFile file = SpoolFile.create(directory.resolve(rows.size() + "-" + System.nanoTime() + SpoolFile.SUFFIX));
        file.append(rows);
        file.close();
        return file.path();
    }

    private static SpoolFile.Contents contents(Path path) throws IOException {
        SpoolFile file = Objects.requireNonNull(SpoolFile.adopt(path));
        try {
            return file.read();
        } finally {
            file.close();
        }
    }
}
