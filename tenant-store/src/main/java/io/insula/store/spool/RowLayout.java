package io.insula.store.spool;

import io.insula.protocol.ConfigId;
import io.insula.protocol.ModelName;
import io.insula.protocol.RequestId;
import io.insula.protocol.TenantId;
import io.insula.store.UsageEntry;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one row in a file: the length of what follows the checksum, its CRC-32C, then the row. Numbers are big-endian.
 *
 * <p>A row is a set of flags (1 key, 2 config, 4 provisional), request, tenant, key and config where there are any, three token
 * counts, three times, attempts, then model and finish as length and UTF-8.
 */
final class RowLayout {

    /** Length and checksum. */
    static final int HEAD_BYTES = 2 * Integer.BYTES;

    /** More than the longest row takes. */
    static final int MOST_ROW_BYTES = 2048;

    private static final int KEY = 1;
    private static final int CONFIG = 2;
    private static final int PROVISIONAL = 4;
    private static final int ALL_FLAGS = KEY | CONFIG | PROVISIONAL;
    private static final int UUID_BYTES = 2 * Long.BYTES;

    private RowLayout() {}

    /** The row with its head, ready to be written. */
    static ByteBuffer write(UsageEntry entry) {
        byte[] model = entry.model().value().getBytes(StandardCharsets.UTF_8);
        byte[] finish = entry.finish().getBytes(StandardCharsets.UTF_8);
        UUID key = entry.key();
        ConfigId config = entry.config();
        ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES
                + 1
                + 4 * UUID_BYTES
                + 4 * Integer.BYTES
                + 3 * Long.BYTES
                + 4
                + model.length
                + finish.length);
        out.position(HEAD_BYTES);
        out.put((byte)
                ((key == null ? 0 : KEY) | (config == null ? 0 : CONFIG) | (entry.provisional() ? PROVISIONAL : 0)));
        put(out, entry.request().value());
        put(out, entry.tenant().value());
        if (key != null) {
            put(out, key);
        }
        if (config != null) {
            put(out, config.value());
        }
        out.putInt(entry.promptTokens()).putInt(entry.completionTokens()).putInt(entry.cachedTokens());
        out.putLong(entry.queuedMicros()).putLong(entry.firstTokenMicros()).putLong(entry.totalMicros());
        out.putInt(entry.attempts());
        out.putShort((short) model.length).put(model);
        out.putShort((short) finish.length).put(finish);
        out.flip();
        out.putInt(0, out.limit() - HEAD_BYTES);
        out.putInt(Integer.BYTES, checksum(out, HEAD_BYTES, out.limit() - HEAD_BYTES));
        return out;
    }

    /** The row between two positions; null when the bytes are none, which a checksum alone cannot rule out. */
    static @Nullable UsageEntry read(ByteBuffer bytes, int position, int length) {
        ByteBuffer in = bytes.slice(position, length);
        try {
            int flags = in.get();
            RequestId request = new RequestId(uuid(in));
            TenantId tenant = new TenantId(uuid(in));
            UUID key = (flags & KEY) == 0 ? null : uuid(in);
            ConfigId config = (flags & CONFIG) == 0 ? null : new ConfigId(uuid(in));
            int promptTokens = in.getInt();
            int completionTokens = in.getInt();
            int cachedTokens = in.getInt();
            long queuedMicros = in.getLong();
            long firstTokenMicros = in.getLong();
            long totalMicros = in.getLong();
            int attempts = in.getInt();
            ModelName model = new ModelName(text(in));
            String finish = text(in);
            if (in.hasRemaining() || (flags & ~ALL_FLAGS) != 0) {
                return null;
            }
            return new UsageEntry(
                    request,
                    tenant,
                    key,
                    config,
                    model,
                    promptTokens,
                    completionTokens,
                    cachedTokens,
                    queuedMicros,
                    firstTokenMicros,
                    totalMicros,
                    finish,
                    attempts,
                    (flags & PROVISIONAL) != 0);
        } catch (BufferUnderflowException | IllegalArgumentException notARow) {
            return null;
        }
    }

    static int checksum(ByteBuffer bytes, int position, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes.slice(position, length));
        return (int) sum.getValue();
    }

    private static void put(ByteBuffer out, UUID id) {
        out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static UUID uuid(ByteBuffer in) {
        return new UUID(in.getLong(), in.getLong());
    }

    private static String text(ByteBuffer in) {
        int length = Short.toUnsignedInt(in.getShort());
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] text = new byte[length];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
