package io.insula.protocol.wire;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Carries one record type over the event bus: as it is within a process, as versioned bytes between processes.
 *
 * <p><b>Errors:</b> {@link #decodeFromWire} throws {@link MalformedMessageException} and nothing else; Vert.x calls it
 * when a consumer first asks for the message's body.
 *
 * @param <T> the record
 */
public final class RecordCodec<T> implements MessageCodec<T, T> {

    /** What a reader does with versions and bytes that it does not know. */
    enum Growth {
        /** Sent to one reader whose version is known: the version must be known, and no byte may be left over. */
        EXACT,
        /** Published to readers of every version: fields are only appended, and unknown ones are skipped. */
        APPENDED
    }

    private final Class<T> type;
    private final String name;
    private final Growth growth;
    private final BiConsumer<WireWriter, T> encoder;
    private final Function<WireReader, T> decoder;

    RecordCodec(Class<T> type, Growth growth, BiConsumer<WireWriter, T> encoder, Function<WireReader, T> decoder) {
        this.type = type;
        this.name = "insula." + type.getSimpleName();
        this.growth = growth;
        this.encoder = encoder;
        this.decoder = decoder;
    }

    @Override
    public void encodeToWire(Buffer buffer, T message) {
        WireWriter writer = new WireWriter(buffer);
        writer.octet(ProtocolCodecs.VERSION);
        encoder.accept(writer, message);
    }

    @Override
    public T decodeFromWire(int position, Buffer buffer) {
        WireReader reader = new WireReader(buffer, position, buffer.length());
        try {
            int version = reader.octet();
            boolean exact = growth == Growth.EXACT;
            int oldest = exact ? ProtocolCodecs.OLDEST_EXACT : 1;
            if (version < oldest || (exact && version > ProtocolCodecs.VERSION)) {
                throw reader.malformed(
                        "version " + version + " (expected: " + oldest + ".." + ProtocolCodecs.VERSION + ")");
            }
            T message = decoder.apply(reader);
            if (exact || version == ProtocolCodecs.VERSION) {
                reader.expectEnd();
            }
            return message;
        } catch (MalformedMessageException e) {
            throw new MalformedMessageException(type.getSimpleName() + ": " + e.getMessage());
        } catch (IllegalArgumentException outOfRange) {
            throw new MalformedMessageException(type.getSimpleName() + ": " + outOfRange.getMessage());
        }
    }

    @Override
    public T transform(T message) {
        return message;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }

    void register(EventBus bus) {
        bus.registerDefaultCodec(type, this);
    }
}
