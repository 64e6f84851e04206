package io.insula.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.ApiStatus;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.ConfigId;
import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.GenerateCommandBuilder;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.OrphanedUsage;
import io.insula.protocol.Probe;
import io.insula.protocol.ProbeReply;
import io.insula.protocol.ProbeRequest;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TenantId;
import io.insula.protocol.UsageTaken;
import io.vertx.core.buffer.Buffer;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What version 3 added, written out by hand from {@code docs/wire-protocol.md}: a change of these bytes needs a new
 * version.
 */
class GoldenBytesOfVersion3Test {

    private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final String ID_BYTES = "00112233445566778899aabbccddeeff";
    private static final UUID KEY = UUID.fromString("01010101-0101-0101-0202-020202020202");
    private static final String KEY_BYTES = "01".repeat(8) + "02".repeat(8);
    private static final NodeId NODE = new NodeId("n1");
    private static final String NODE_BYTES = "02 6e31";
    private static final String ZERO = "0000000000000000";
    private static final String ONE = "3ff0000000000000";

    @Test
    void generateCommand() {
        GenerateCommandBuilder command = GenerateCommand.of(
                        new RequestId(ID), new ModelName("m"), List.of(new ChatMessage("user", "")))
                .frames(NODE, 0);
        String rest = "01 6d"
                + "01 04 75736572 00 00 00 00 00"
                + "00 00 01 00 02 7b7d"
                + "00" + ONE + ZERO + ZERO + ONE + "00" + ONE + ONE + ZERO + ZERO
                + "00 00 00 00 00"
                + "01 00 00 00 00";
        String head = "03" + ID_BYTES + "00" + NODE_BYTES + "00" + "00".repeat(16) + ONE;
        assertBytes(ProtocolCodecs.GENERATE_COMMAND, command.build(), head + "00 00" + rest);
        assertBytes(
                ProtocolCodecs.GENERATE_COMMAND,
                command.config(new ConfigId(ID)).key(KEY).build(),
                head + "01" + ID_BYTES + "01" + KEY_BYTES + rest);
    }

    @Test
    void frameBatch() {
        RequestId request = new RequestId(ID);
        FrameBatch batch = new FrameBatch(
                NODE,
                List.of(
                        new StreamProgress(request, 0, 64, 7),
                        new StreamEnd(
                                request,
                                0,
                                5,
                                Outcome.HANDED_OVER,
                                null,
                                new Usage(64, 3, 0, 2),
                                new Timings(1, 2, 128)),
                        new StreamEnd(request, 0, 0, Outcome.REFUSED, "x", new Usage(0, 0, 0), new Timings(0, 0, 0))));
        assertBytes(
                ProtocolCodecs.FRAME_BATCH,
                batch,
                "03" + NODE_BYTES + "03"
                        + "01" + ID_BYTES + "00 40 07"
                        + "02" + ID_BYTES + "00 05 04 00 40 03 00 02 01 02 8001"
                        + "02" + ID_BYTES + "00 00 05 01 01 78 00 00 00 00 00 00 00");
    }

    @Test
    void engineStatus() {
        EngineStatus status = new EngineStatus(
                NODE,
                3,
                true,
                List.of(new ModelStatus(new ModelName("m"), "fp", 2048, 8, 7, 0, 1, 256, 300)),
                List.of(new EmbeddingStatus(new ModelName("e"), "fq", 384, 256, 1, 200)),
                2);
        assertBytes(
                ProtocolCodecs.ENGINE_STATUS,
                status,
                "03" + NODE_BYTES + "03 01 01" + "0f 01 6d 02 6670 8010 08 07 00 01 8002 ac02" + "01"
                        + "0c 01 65 02 6671 8003 8002 01 c801" + "02");
    }

    @Test
    void apiStatus() {
        assertBytes(
                ProtocolCodecs.API_STATUS,
                new ApiStatus(NODE, 3, false, 2, 300, 4),
                "03" + NODE_BYTES + "03 00 02 ac02 04");
    }

    @Test
    void orphanedUsage() {
        assertBytes(
                ProtocolCodecs.ORPHANED_USAGE,
                new OrphanedUsage(
                        NODE,
                        new RequestId(ID),
                        1,
                        TenantId.DEFAULT,
                        KEY,
                        new ConfigId(ID),
                        new ModelName("m"),
                        Outcome.COMPLETED,
                        FinishReason.LENGTH,
                        new Usage(64, 300, 1, 2),
                        new Timings(1, 2, 128)),
                "03" + NODE_BYTES + ID_BYTES + "01" + "00".repeat(16) + "01" + KEY_BYTES + "01" + ID_BYTES
                        + "01 6d 00 02 40 ac02 01 02 01 02 8001");
        assertBytes(
                ProtocolCodecs.ORPHANED_USAGE,
                new OrphanedUsage(
                        NODE,
                        new RequestId(ID),
                        0,
                        TenantId.DEFAULT,
                        null,
                        null,
                        new ModelName("m"),
                        Outcome.CANCELLED,
                        null,
                        new Usage(0, 0, 0),
                        new Timings(0, 0, 0)),
                "03" + NODE_BYTES + ID_BYTES + "00" + "00".repeat(16) + "00 00 01 6d 01 00 00 00 00 00 00 00 00");
        assertBytes(ProtocolCodecs.USAGE_TAKEN, new UsageTaken(new RequestId(ID), true), "03" + ID_BYTES + "01");
    }

    @Test
    void probes() {
        assertBytes(ProtocolCodecs.PROBE, new Probe(NODE), "03" + NODE_BYTES);
        assertBytes(ProtocolCodecs.PROBE_REQUEST, new ProbeRequest("a.b"), "03 03 612e62");
        assertBytes(ProtocolCodecs.PROBE_REPLY, new ProbeReply(true), "03 01");
    }

    private static <T> void assertBytes(RecordCodec<T> codec, T message, String expectedHex) {
        String expected = expectedHex.replace(" ", "");
        Buffer buffer = Buffer.buffer();
        codec.encodeToWire(buffer, message);
        assertThat(HexFormat.of().formatHex(buffer.getBytes())).isEqualTo(expected);
        assertThat(codec.decodeFromWire(0, Buffer.buffer(HexFormat.of().parseHex(expected))))
                .isEqualTo(message);
    }
}
