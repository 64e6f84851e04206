package io.insula.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.Admission.Accepted;
import io.insula.protocol.Admission.Reason;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.CancelStream;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.ConfigId;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenIds;
import io.vertx.core.buffer.Buffer;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Version 1 written out by hand from {@code docs/wire-protocol.md}: a change of these bytes needs a new version. */
class GoldenBytesTest {

    private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final String ID_BYTES = "00112233445566778899aabbccddeeff";
    private static final NodeId NODE = new NodeId("n1");
    private static final String NODE_BYTES = "02 6e31";

    @Test
    void generateCommand() {
        GenerateCommand command = new GenerateCommand(
                new RequestId(ID),
                1,
                NODE,
                3,
                TenantId.DEFAULT,
                new ConfigId(ID),
                new ModelName("m"),
                List.of(new ChatMessage("user", "hé😀")),
                new SamplingParameters(1.0, 0.5, -2),
                300,
                List.of("\n"),
                TokenIds.of(5, 49151));
        assertBytes(
                ProtocolCodecs.GENERATE_COMMAND,
                command,
                "01" + ID_BYTES + "01" + NODE_BYTES + "03" + "00".repeat(16) + "01" + ID_BYTES + "01 6d"
                        + "01 04 75736572 07 68c3a9f09f9880"
                        + "3ff0000000000000 3fe0000000000000 fffffffffffffffe"
                        + "ac02 01 01 0a 02 05 ffff02");
    }

    @Test
    void generateCommandWithoutConfig() {
        GenerateCommand command = new GenerateCommand(
                new RequestId(ID),
                0,
                NODE,
                0,
                TenantId.DEFAULT,
                null,
                new ModelName("m"),
                List.of(new ChatMessage("user", "")),
                new SamplingParameters(0, 1, 0),
                0,
                List.of(),
                TokenIds.EMPTY);
        assertBytes(
                ProtocolCodecs.GENERATE_COMMAND,
                command,
                "01" + ID_BYTES + "00" + NODE_BYTES + "00" + "00".repeat(16) + "00 01 6d" + "01 04 75736572 00"
                        + "0000000000000000 3ff0000000000000 0000000000000000" + "00 00 00");
    }

    @Test
    void admission() {
        assertBytes(ProtocolCodecs.ACCEPTED, new Accepted(200), "01 c801");
        assertBytes(
                ProtocolCodecs.REJECTED,
                new Rejected(Reason.CONTEXT_LENGTH_EXCEEDED, "no", "messages", 0),
                "01 00 02 6e6f 01 08 6d65737361676573 00");
        assertBytes(ProtocolCodecs.REJECTED, new Rejected(Reason.OVERLOADED, "", null, 128), "01 01 00 00 8001");
        assertBytes(ProtocolCodecs.REJECTED, new Rejected(Reason.MODEL_NOT_FOUND, "", null, 0), "01 02 00 00 00");
        assertBytes(ProtocolCodecs.REJECTED, new Rejected(Reason.INVALID_REQUEST, "", null, 0), "01 03 00 00 00");
        assertBytes(ProtocolCodecs.REJECTED, new Rejected(Reason.DRAINING, "", null, 0), "01 04 00 00 00");
    }

    @Test
    void cancelStream() {
        assertBytes(ProtocolCodecs.CANCEL_STREAM, new CancelStream(new RequestId(ID), 2), "01" + ID_BYTES + "02");
    }

    @Test
    void frameBatch() {
        RequestId request = new RequestId(ID);
        FrameBatch batch = new FrameBatch(
                NODE,
                List.of(
                        new StreamProgress(request, 0, 64),
                        new StreamDelta(request, 0, 0, 0, TokenIds.of(7), "a", null),
                        new StreamDelta(request, 0, 1, 0, TokenIds.EMPTY, "", FinishReason.STOP),
                        new StreamDelta(request, 0, 2, 1, TokenIds.EMPTY, "", FinishReason.LENGTH),
                        new StreamEnd(
                                request, 0, 3, Outcome.COMPLETED, null, new Usage(64, 1, 0), new Timings(1, 2, 128)),
                        new StreamEnd(request, 1, 0, Outcome.CANCELLED, null, new Usage(0, 0, 0), new Timings(0, 0, 0)),
                        new StreamEnd(request, 2, 0, Outcome.FAILED, "x", new Usage(0, 0, 0), new Timings(0, 0, 0))));
        assertBytes(
                ProtocolCodecs.FRAME_BATCH,
                batch,
                "01" + NODE_BYTES + "07"
                        + "01" + ID_BYTES + "00 40"
                        + "00" + ID_BYTES + "00 00 00 01 07 01 61 00"
                        + "00" + ID_BYTES + "00 01 00 00 00 01"
                        + "00" + ID_BYTES + "00 02 01 00 00 02"
                        + "02" + ID_BYTES + "00 03 00 00 40 01 00 01 02 8001"
                        + "02" + ID_BYTES + "01 00 01 00 00 00 00 00 00 00"
                        + "02" + ID_BYTES + "02 00 02 01 01 78 00 00 00 00 00 00");
    }

    @Test
    void engineStatus() {
        EngineStatus status = new EngineStatus(
                NODE, 1, true, List.of(new ModelStatus(new ModelName("m"), "fp", 2048, 8, 7, 0, 1, 256)));
        assertBytes(
                ProtocolCodecs.ENGINE_STATUS,
                status,
                "01" + NODE_BYTES + "01 01 01" + "0d 01 6d 02 6670 8010 08 07 00 01 8002");
    }

    @Test
    void apiStatus() {
        assertBytes(ProtocolCodecs.API_STATUS, new ApiStatus(NODE, 1, false), "01" + NODE_BYTES + "01 00");
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
