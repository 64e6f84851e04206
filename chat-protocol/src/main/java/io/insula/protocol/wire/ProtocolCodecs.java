package io.insula.protocol.wire;

import io.insula.protocol.Admission;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.CancelStream;
import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EmbedReply;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.wire.RecordCodec.Growth;
import io.vertx.core.eventbus.EventBus;
import java.util.List;

/** The codecs of every message that crosses the bus; each node registers them before it deploys anything. */
public final class ProtocolCodecs {

    /** The protocol version that this node writes, and the newest that it reads. */
    public static final int VERSION = 2;

    /** The oldest version that this node reads of what is sent to one reader; published leases are read from 1 on. */
    static final int OLDEST_EXACT = 2;

    static final RecordCodec<GenerateCommand> GENERATE_COMMAND = new RecordCodec<>(
            GenerateCommand.class, Growth.EXACT, GenerateCommandLayout::write, GenerateCommandLayout::read);
    static final RecordCodec<Admission.Accepted> ACCEPTED = new RecordCodec<>(
            Admission.Accepted.class, Growth.EXACT, AdmissionLayout::writeAccepted, AdmissionLayout::readAccepted);
    static final RecordCodec<Admission.Rejected> REJECTED = new RecordCodec<>(
            Admission.Rejected.class, Growth.EXACT, AdmissionLayout::writeRejected, AdmissionLayout::readRejected);
    static final RecordCodec<CancelStream> CANCEL_STREAM = new RecordCodec<>(
            CancelStream.class, Growth.EXACT, GenerateCommandLayout::writeCancel, GenerateCommandLayout::readCancel);
    static final RecordCodec<FrameBatch> FRAME_BATCH =
            new RecordCodec<>(FrameBatch.class, Growth.EXACT, FrameLayout::write, FrameLayout::read);
    static final RecordCodec<EngineStatus> ENGINE_STATUS =
            new RecordCodec<>(EngineStatus.class, Growth.APPENDED, StatusLayout::writeEngine, StatusLayout::readEngine);
    static final RecordCodec<ApiStatus> API_STATUS =
            new RecordCodec<>(ApiStatus.class, Growth.APPENDED, StatusLayout::writeApi, StatusLayout::readApi);

    static final RecordCodec<EmbedCommand> EMBED_COMMAND = new RecordCodec<>(
            EmbedCommand.class, Growth.EXACT, EmbeddingLayout::writeCommand, EmbeddingLayout::readCommand);
    static final RecordCodec<EmbedReply.Embedded> EMBEDDED = new RecordCodec<>(
            EmbedReply.Embedded.class, Growth.EXACT, EmbeddingLayout::writeEmbedded, EmbeddingLayout::readEmbedded);

    static final List<RecordCodec<?>> ALL = List.of(
            GENERATE_COMMAND,
            ACCEPTED,
            REJECTED,
            CANCEL_STREAM,
            FRAME_BATCH,
            ENGINE_STATUS,
            API_STATUS,
            EMBED_COMMAND,
            EMBEDDED);

    private ProtocolCodecs() {}

    /** Registers every codec; a bus that has them already is left as it is. */
    public static void registerAll(EventBus bus) {
        synchronized (bus) {
            for (RecordCodec<?> codec : ALL) {
                try {
                    codec.register(bus);
                } catch (IllegalStateException alreadyRegistered) {
                    // Two verticles of one process may both ask; the bus offers no way to look first.
                }
            }
        }
    }
}
