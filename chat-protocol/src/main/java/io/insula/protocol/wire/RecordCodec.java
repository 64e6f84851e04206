package io.insula.protocol.wire;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Carries one record type over the event bus in the layout of one protocol version: as it is within a process, as bytes
 * between processes.
 *
 * <p><b>Errors:</b> {@link #decodeFromWire} throws {@link MalformedMessageException} and nothing else; Vert.x calls it
 * when a consumer first asks for the message's body.
 *
 * @param <T> the record
 */
public final class RecordCodec<T> implements MessageCodec<T, T> {

    /** What a reader does with versions and bytes that it does not know. */
    enum Growth {
        /** Sent to one reader whose version is known: the version must be this codec's, and no byte may be left over. */
        EXACT,
        /** Published to readers of every version: fields are only appended, and unknown ones are skipped. */
        APPENDED
    }

    private final Class<T> type;
    private final String name;
    private final int version;
    private final Growth growth;
    private final BiConsumer<WireWriter, T> encoder;
    private final Function<WireReader, T> decoder;

    private RecordCodec(
            Class<T> type,
            String name,
            int version,
            Growth growth,
            BiConsumer<WireWriter, T> encoder,
            Function<WireReader, T> decoder) {
        this.type = type;
        this.name = name;
        this.version = version;
        this.growth = growth;
        this.encoder = encoder;
        this.decoder = decoder;
    }

    /** The first layout of a record that is sent to one reader, with the version that brought it. */
    static <T> RecordCodec<T> exact(
            Class<T> type, int version, BiConsumer<WireWriter, T> encoder, Function<WireReader, T> decoder) {
        return new RecordCodec<>(type, nameOf(type), version, Growth.EXACT, encoder, decoder);
    }

    /** The layout of a record that is published. */
    static <T> RecordCodec<T> appended(
            Class<T> type, BiConsumer<WireWriter, T> encoder, Function<WireReader, T> decoder) {
        return new RecordCodec<>(type, nameOf(type), ProtocolCodecs.VERSION, Growth.APPENDED, encoder, decoder);
    }

    /** The same record in the layout of a later version, which has a name of its own: older nodes do not know it. */
    RecordCodec<T> since(int laterVersion) {
        return new RecordCodec<>(type, nameOf(type) + "." + laterVersion, laterVersion, growth, encoder, decoder);
    }

    @Override
    public void encodeToWire(Buffer buffer, T message) {
        WireWriter writer = new WireWriter(buffer, version);
        writer.octet(version);
        encoder.accept(writer, message);
    }

    @Override
    public T decodeFromWire(int position, Buffer buffer) {
        WireReader reader = new WireReader(buffer, position, buffer.length());
        try {
            int written = reader.readVersion();
            boolean exact = growth == Growth.EXACT;
            if (exact && written != version) {
                throw reader.malformed("version " + written + " (expected: " + version + ")");
            }
            if (written < 1) {
                throw reader.malformed("version " + written + " (expected: at least 1)");
            }
            T message = decoder.apply(reader);
            if (written == version) {
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

    Class<T> type() {
        return type;
    }

    /** The protocol version that brought the layout. */
    int version() {
        return version;
    }

    /** Makes this the codec of every record of the type that is sent without naming one. */
    void registerAsDefault(EventBus bus) {
        bus.registerDefaultCodec(type, this);
    }

    /** Makes this a codec that senders may name. */
    void register(EventBus bus) {
        bus.registerCodec(this);
    }

    private static String nameOf(Class<?> type) {
        return "insula." + type.getSimpleName();
    }
}
