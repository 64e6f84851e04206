package io.insula.protocol.wire;

import io.insula.protocol.Admission;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.CancelStream;
import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EmbedReply;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.OrphanedUsage;
import io.insula.protocol.Probe;
import io.insula.protocol.ProbeReply;
import io.insula.protocol.ProbeRequest;
import io.insula.protocol.UsageTaken;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.util.List;
import java.util.function.Consumer;

/** The codecs of every message that crosses the bus; each node registers them before it deploys anything. */
public final class ProtocolCodecs {

    /** The newest protocol version that this node writes and reads. */
    public static final int VERSION = 3;

    /** The oldest version that this node writes and reads; published leases are read from 1 on. */
    public static final int OLDEST_VERSION = 2;

    static final RecordCodec<GenerateCommand> GENERATE_COMMAND_2 =
            RecordCodec.exact(GenerateCommand.class, 2, GenerateCommandLayout::write, GenerateCommandLayout::read);
    static final RecordCodec<GenerateCommand> GENERATE_COMMAND = GENERATE_COMMAND_2.since(3);
    static final RecordCodec<Admission.Accepted> ACCEPTED = RecordCodec.exact(
            Admission.Accepted.class, 2, AdmissionLayout::writeAccepted, AdmissionLayout::readAccepted);
    static final RecordCodec<Admission.Rejected> REJECTED = RecordCodec.exact(
            Admission.Rejected.class, 2, AdmissionLayout::writeRejected, AdmissionLayout::readRejected);
    static final RecordCodec<CancelStream> CANCEL_STREAM = RecordCodec.exact(
            CancelStream.class, 2, GenerateCommandLayout::writeCancel, GenerateCommandLayout::readCancel);
    static final RecordCodec<FrameBatch> FRAME_BATCH_2 =
            RecordCodec.exact(FrameBatch.class, 2, FrameLayout::write, FrameLayout::read);
    static final RecordCodec<FrameBatch> FRAME_BATCH = FRAME_BATCH_2.since(3);
    static final RecordCodec<EngineStatus> ENGINE_STATUS =
            RecordCodec.appended(EngineStatus.class, StatusLayout::writeEngine, StatusLayout::readEngine);
    static final RecordCodec<ApiStatus> API_STATUS =
            RecordCodec.appended(ApiStatus.class, StatusLayout::writeApi, StatusLayout::readApi);
    static final RecordCodec<EmbedCommand> EMBED_COMMAND =
            RecordCodec.exact(EmbedCommand.class, 2, EmbeddingLayout::writeCommand, EmbeddingLayout::readCommand);
    static final RecordCodec<EmbedReply.Embedded> EMBEDDED = RecordCodec.exact(
            EmbedReply.Embedded.class, 2, EmbeddingLayout::writeEmbedded, EmbeddingLayout::readEmbedded);
    static final RecordCodec<OrphanedUsage> ORPHANED_USAGE =
            RecordCodec.exact(OrphanedUsage.class, 3, OrphanLayout::writeOrphan, OrphanLayout::readOrphan);
    static final RecordCodec<UsageTaken> USAGE_TAKEN =
            RecordCodec.exact(UsageTaken.class, 3, OrphanLayout::writeTaken, OrphanLayout::readTaken);
    static final RecordCodec<Probe> PROBE =
            RecordCodec.exact(Probe.class, 3, ProbeLayout::writeProbe, ProbeLayout::readProbe);
    static final RecordCodec<ProbeRequest> PROBE_REQUEST =
            RecordCodec.exact(ProbeRequest.class, 3, ProbeLayout::writeRequest, ProbeLayout::readRequest);
    static final RecordCodec<ProbeReply> PROBE_REPLY =
            RecordCodec.exact(ProbeReply.class, 3, ProbeLayout::writeReply, ProbeLayout::readReply);

    /** Each record's newest layout, which is written to whoever reads it. */
    static final List<RecordCodec<?>> NEWEST = List.of(
            GENERATE_COMMAND,
            ACCEPTED,
            REJECTED,
            CANCEL_STREAM,
            FRAME_BATCH,
            ENGINE_STATUS,
            API_STATUS,
            EMBED_COMMAND,
            EMBEDDED,
            ORPHANED_USAGE,
            USAGE_TAKEN,
            PROBE,
            PROBE_REQUEST,
            PROBE_REPLY);

    /** Earlier layouts that are still written and read, a record's newest first. */
    static final List<RecordCodec<?>> EARLIER = List.of(GENERATE_COMMAND_2, FRAME_BATCH_2);

    private ProtocolCodecs() {}

    /** Registers every codec; a bus that has them already is left as it is. */
    public static void registerAll(EventBus bus) {
        synchronized (bus) {
            NEWEST.forEach(codec -> registerOnce(bus, codec::registerAsDefault));
            EARLIER.forEach(codec -> registerOnce(bus, codec::register));
        }
    }

    /**
     * How a record is delivered to one node: in the newest layout that it reads.
     *
     * @param newestVersion what the receiver's status says that it reads; 0 while it has not been heard
     */
    public static DeliveryOptions delivery(Class<?> record, int newestVersion) {
        return new DeliveryOptions().setCodecName(codec(record, newestVersion).name());
    }

    private static RecordCodec<?> codec(Class<?> record, int newestVersion) {
        int spoken = Math.max(OLDEST_VERSION, newestVersion);
        for (RecordCodec<?> codec : NEWEST) {
            if (codec.type() == record && codec.version() <= spoken) {
                return codec;
            }
        }
        for (RecordCodec<?> codec : EARLIER) {
            if (codec.type() == record && codec.version() <= spoken) {
                return codec;
            }
        }
        throw new IllegalArgumentException(record.getSimpleName() + " to a reader of version " + newestVersion
                + " (expected: a record of the protocol that this version knows)");
    }

    private static void registerOnce(EventBus bus, Consumer<EventBus> registration) {
        try {
            registration.accept(bus);
        } catch (IllegalStateException alreadyRegistered) {
            // Two verticles of one process may both ask; the bus offers no way to look first.
        }
    }
}
