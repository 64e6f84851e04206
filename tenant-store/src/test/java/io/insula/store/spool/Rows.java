package io.insula.store.spool;

import io.insula.protocol.ConfigId;
import io.insula.protocol.ModelName;
import io.insula.protocol.RequestId;
import io.insula.protocol.TenantId;
import io.insula.store.UsageEntry;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

/** Usage rows for tests. */
final class Rows {

    private Rows() {}

    /** A row that is told from others by its completion tokens. */
    static UsageEntry numbered(int number) {
        return new UsageEntry(
                new RequestId(new UUID(0x7000, number)),
                TenantId.DEFAULT,
                null,
                null,
                new ModelName("m"),
                1,
                number,
                0,
                0,
                0,
                0,
                "stop",
                1);
    }

    static List<UsageEntry> numbered(int from, int to) {
        return IntStream.range(from, to).mapToObj(Rows::numbered).toList();
    }

    static List<Integer> numbers(List<UsageEntry> rows) {
        return rows.stream().map(UsageEntry::completionTokens).toList();
    }

    static UsageEntry random(Random random) {
        return new UsageEntry(
                new RequestId(uuid(random)),
                new TenantId(uuid(random)),
                random.nextBoolean() ? uuid(random) : null,
                random.nextBoolean() ? new ConfigId(uuid(random)) : null,
                new ModelName(random.nextBoolean() ? "m" : "é".repeat(100)),
                random.nextInt() >>> 1,
                random.nextInt() >>> 1,
                random.nextInt() >>> 1,
                random.nextLong() >>> 1,
                random.nextLong() >>> 1,
                random.nextLong() >>> 1,
                List.of("stop", "length", "tool_calls", "cancelled", "error").get(random.nextInt(5)),
                1 + (random.nextInt() >>> 2),
                random.nextBoolean());
    }

    private static UUID uuid(Random random) {
        return new UUID(random.nextLong(), random.nextLong());
    }
}
