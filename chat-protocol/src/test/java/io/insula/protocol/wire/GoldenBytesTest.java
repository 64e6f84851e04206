package io.insula.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.Admission.Accepted;
import io.insula.protocol.Admission.Reason;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.CancelStream;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.ConfigId;
import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EmbedReply.Embedded;
import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.EmbeddingVector;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.GenerateCommandBuilder;
import io.insula.protocol.LogitBias;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.Penalties;
import io.insula.protocol.RequestId;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.ScoredToken;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenBytes;
import io.insula.protocol.TokenIds;
import io.insula.protocol.TokenScores;
import io.insula.protocol.ToolCall;
import io.insula.protocol.ToolCallDelta;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;
import io.vertx.core.buffer.Buffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Version 2 written out by hand from {@code docs/wire-protocol.md}: a change of these bytes needs a new version. Leases of
 * version 2 are read, not written.
 */
class GoldenBytesTest {

    private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final String ID_BYTES = "00112233445566778899aabbccddeeff";
    private static final NodeId NODE = new NodeId("n1");
    private static final String NODE_BYTES = "02 6e31";
    private static final String ZERO = "0000000000000000";
    private static final String HALF = "3fe0000000000000";
    private static final String ONE = "3ff0000000000000";
    private static final String TWO = "4000000000000000";

    @Test
    void generateCommand() {
        GenerateCommand command = GenerateCommand.of(
                        new RequestId(ID), new ModelName("m"), List.of(new ChatMessage("user", "hé😀")))
                .attempt(1, List.of(TokenIds.of(5, 49151), TokenIds.EMPTY))
                .frames(NODE, 3)
                .tenant(TenantId.DEFAULT, 0.5)
                .config(new ConfigId(ID))
                .sampling(new SamplingParameters(
                        LogitBias.of(Map.of(300, 2.0, 7, -100.0)), new Penalties(2, -0.5, 1), 1, 40, 0.25, 0.5, 1, -2))
                .stop(new StopConditions(300, 2, List.of("\n"), TokenIds.of(0, 128), true))
                .output(new OutputOptions(2, 20, 0))
                .deadlineMillis(1000)
                .build();
        assertBytes(
                ProtocolCodecs.GENERATE_COMMAND_2,
                command,
                "02" + ID_BYTES + "01" + NODE_BYTES + "03" + "00".repeat(16) + HALF + "01" + ID_BYTES + "01 6d"
                        + "01 04 75736572 07 68c3a9f09f9880 00 00 00 00"
                        + "00 00 01 00 02 7b7d"
                        + "02 07 c059000000000000 ac02" + TWO
                        + TWO + "bfe0000000000000" + ONE
                        + ONE + "28 3fd0000000000000" + HALF + ONE + "fffffffffffffffe"
                        + "ac02 02 01 01 0a 02 00 8001 01"
                        + "02 15 01 e807"
                        + "02 02 05 ffff02 00");
    }

    @Test
    void generateCommandOfDefaults() {
        GenerateCommand command = GenerateCommand.of(
                        new RequestId(ID), new ModelName("m"), List.of(new ChatMessage("user", "")))
                .frames(NODE, 0)
                .build();
        assertBytes(
                ProtocolCodecs.GENERATE_COMMAND_2,
                command,
                "02" + ID_BYTES + "00" + NODE_BYTES + "00" + "00".repeat(16) + ONE + "00 01 6d"
                        + "01 04 75736572 00 00 00 00 00"
                        + "00 00 01 00 02 7b7d"
                        + "00" + ONE + ZERO + ZERO + ONE + "00" + ONE + ONE + ZERO + ZERO
                        + "00 00 00 00 00"
                        + "01 00 00 00 00");
    }

    @Test
    void generateCommandWithToolsAndForm() {
        ToolDefinition tool = new ToolDefinition("f", "d", "{}", true);
        Tools none = new Tools(List.of(tool), new ToolChoice.None(), false);
        assertBytes(
                ProtocolCodecs.GENERATE_COMMAND_2,
                conversation().tools(none).form(new ResponseForm.JsonObject()).build(),
                commandOf("01 01 66 01 64 02 7b7d 01" + "00 00" + "01"));
        assertBytes(
                ProtocolCodecs.GENERATE_COMMAND_2,
                conversation()
                        .tools(new Tools(List.of(tool), new ToolChoice.Auto(), true))
                        .form(new ResponseForm.JsonSchema("{ }", true))
                        .build(),
                commandOf("01 01 66 01 64 02 7b7d 01" + "01 01" + "02 03 7b207d 01"));
        assertBytes(
                ProtocolCodecs.GENERATE_COMMAND_2,
                conversation()
                        .tools(new Tools(List.of(tool), new ToolChoice.Required(), true))
                        .form(new ResponseForm.Regex("a+"))
                        .build(),
                commandOf("01 01 66 01 64 02 7b7d 01" + "02 01" + "03 02 612b"));
        assertBytes(
                ProtocolCodecs.GENERATE_COMMAND_2,
                conversation()
                        .tools(new Tools(List.of(tool), new ToolChoice.Named("f"), true))
                        .form(new ResponseForm.Choice(List.of("a", "bc")))
                        .build(),
                commandOf("01 01 66 01 64 02 7b7d 01" + "03 01 66 01" + "04 02 01 61 02 6263"));
    }

    private static GenerateCommandBuilder conversation() {
        ChatMessage asked = new ChatMessage("user", "x", "", List.of(), "", "n");
        ChatMessage called = new ChatMessage("assistant", "", "r", List.of(new ToolCall("c1", "f", "{}")), "", "");
        ChatMessage answered = new ChatMessage("tool", "y", "", List.of(), "c1", "");
        return GenerateCommand.of(new RequestId(ID), new ModelName("m"), List.of(asked, called, answered))
                .frames(NODE, 0)
                .templateArguments("{\"a\":1}");
    }

    private static String commandOf(String toolsAndForm) {
        return "02" + ID_BYTES + "00" + NODE_BYTES + "00" + "00".repeat(16) + ONE + "00 01 6d" + "03"
                + "04 75736572 01 78 00 00 00 01 6e"
                + "09 617373697374616e74 00 01 72 01 02 6331 01 66 02 7b7d 00 00"
                + "04 746f6f6c 01 79 00 00 02 6331 00"
                + toolsAndForm + "07 7b2261223a317d"
                + "00" + ONE + ZERO + ZERO + ONE + "00" + ONE + ONE + ZERO + ZERO
                + "00 00 00 00 00"
                + "01 00 00 00 00";
    }

    @Test
    void admission() {
        assertBytes(ProtocolCodecs.ACCEPTED, new Accepted(200), "02 c801");
        assertBytes(
                ProtocolCodecs.REJECTED,
                new Rejected(Reason.CONTEXT_LENGTH_EXCEEDED, "no", "messages", 0),
                "02 00 02 6e6f 01 08 6d65737361676573 00");
        assertBytes(ProtocolCodecs.REJECTED, new Rejected(Reason.OVERLOADED, "", null, 128), "02 01 00 00 8001");
        assertBytes(ProtocolCodecs.REJECTED, new Rejected(Reason.MODEL_NOT_FOUND, "", null, 0), "02 02 00 00 00");
        assertBytes(ProtocolCodecs.REJECTED, new Rejected(Reason.INVALID_REQUEST, "", null, 0), "02 03 00 00 00");
        assertBytes(ProtocolCodecs.REJECTED, new Rejected(Reason.DRAINING, "", null, 0), "02 04 00 00 00");
    }

    @Test
    void cancelStream() {
        assertBytes(ProtocolCodecs.CANCEL_STREAM, new CancelStream(new RequestId(ID), 2), "02" + ID_BYTES + "02");
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
                        new StreamDelta(
                                request,
                                0,
                                3,
                                1,
                                TokenIds.of(300),
                                "",
                                null,
                                List.of(new TokenScores(scored(300, -2, 3), List.of(scored(7, -1, 1))))),
                        new StreamPrompt(request, 0, 4, 1, List.of(new TokenScores(scored(7, -0.5, 1), List.of()))),
                        new StreamEnd(
                                request, 0, 5, Outcome.COMPLETED, null, new Usage(64, 3, 0, 2), new Timings(1, 2, 128)),
                        new StreamEnd(request, 1, 0, Outcome.CANCELLED, null, new Usage(0, 0, 0), new Timings(0, 0, 0)),
                        new StreamEnd(request, 2, 0, Outcome.FAILED, "x", new Usage(0, 0, 0), new Timings(0, 0, 0)),
                        new StreamEnd(request, 3, 0, Outcome.EXPIRED, "y", new Usage(0, 0, 0), new Timings(0, 0, 0)),
                        new StreamDelta(
                                request,
                                4,
                                0,
                                0,
                                TokenIds.EMPTY,
                                "b",
                                "hé",
                                List.of(ToolCallDelta.start(1, "call_1", "f"), ToolCallDelta.arguments(1, "{}")),
                                FinishReason.TOOL_CALLS,
                                List.of())));
        assertBytes(
                ProtocolCodecs.FRAME_BATCH_2,
                batch,
                "02" + NODE_BYTES + "0b"
                        + "01" + ID_BYTES + "00 40"
                        + "00" + ID_BYTES + "00 00 00 01 07 01 61 00 00 00 00"
                        + "00" + ID_BYTES + "00 01 00 00 00 00 00 01 00"
                        + "00" + ID_BYTES + "00 02 01 00 00 00 00 02 00"
                        + "00" + ID_BYTES + "00 03 01 01 ac02 00 00 00 00"
                        + "01 ac02 c000000000000000 03 02 f09f 01 07 bff0000000000000 01 02 f09f"
                        + "03" + ID_BYTES + "00 04 01 01 07 bfe0000000000000 01 02 f09f 00"
                        + "02" + ID_BYTES + "00 05 00 00 40 03 00 02 01 02 8001"
                        + "02" + ID_BYTES + "01 00 01 00 00 00 00 00 00 00 00"
                        + "02" + ID_BYTES + "02 00 02 01 01 78 00 00 00 00 00 00 00"
                        + "02" + ID_BYTES + "03 00 03 01 01 79 00 00 00 00 00 00 00"
                        + "00" + ID_BYTES + "04 00 00 00 01 62 03 68c3a9"
                        + "02 01 06 63616c6c5f31 01 66 00 01 00 00 02 7b7d" + "03 00");
    }

    @Test
    void whatVersion2DoesNotKnowIsNotWrittenToIt() {
        GenerateCommand command = GenerateCommand.of(
                        new RequestId(ID), new ModelName("m"), List.of(new ChatMessage("user", "")))
                .frames(NODE, 0)
                .build();
        assertThat(hex(ProtocolCodecs.GENERATE_COMMAND_2, command.but().key(ID).build()))
                .isEqualTo(hex(ProtocolCodecs.GENERATE_COMMAND_2, command));

        StreamEnd end = new StreamEnd(
                new RequestId(ID), 0, 0, Outcome.HANDED_OVER, null, new Usage(0, 0, 0), new Timings(0, 0, 0));
        StreamEnd refused =
                new StreamEnd(new RequestId(ID), 0, 0, Outcome.REFUSED, "x", new Usage(0, 0, 0), new Timings(0, 0, 0));
        StreamProgress progress = new StreamProgress(new RequestId(ID), 0, 64, 7);
        assertThat(hex(ProtocolCodecs.FRAME_BATCH_2, new FrameBatch(NODE, List.of(end, refused, progress))))
                .isEqualTo(("02" + NODE_BYTES + "03"
                                + "02" + ID_BYTES + "00 00 01 00 00 00 00 00 00 00 00"
                                + "02" + ID_BYTES + "00 00 02 01 01 78 00 00 00 00 00 00 00"
                                + "01" + ID_BYTES + "00 40")
                        .replace(" ", ""));
    }

    @Test
    void engineStatus() {
        assertRead(
                ProtocolCodecs.ENGINE_STATUS,
                "02" + NODE_BYTES + "01 01 01" + "0d 01 6d 02 6670 8010 08 07 00 01 8002" + "01"
                        + "0c 01 65 02 6671 8003 8002 01 c801",
                new EngineStatus(
                        NODE,
                        1,
                        true,
                        List.of(new ModelStatus(new ModelName("m"), "fp", 2048, 8, 7, 0, 1, 256)),
                        List.of(new EmbeddingStatus(new ModelName("e"), "fq", 384, 256, 1, 200))));
    }

    @Test
    void apiStatus() {
        assertRead(ProtocolCodecs.API_STATUS, "02" + NODE_BYTES + "01 00", new ApiStatus(NODE, 1, false));
    }

    private static ScoredToken scored(int token, double logProbability, int rank) {
        return new ScoredToken(token, logProbability, rank, TokenBytes.of(new byte[] {(byte) 0xf0, (byte) 0x9f}));
    }

    @Test
    void embedCommand() {
        assertBytes(
                ProtocolCodecs.EMBED_COMMAND,
                new EmbedCommand(new RequestId(ID), TenantId.DEFAULT, new ModelName("m"), List.of("hé", "b")),
                "02" + ID_BYTES + "00".repeat(16) + "01 6d" + "02 03 68c3a9 01 62");
    }

    @Test
    void embedded() {
        assertBytes(
                ProtocolCodecs.EMBEDDED,
                new Embedded(List.of(EmbeddingVector.of(1f, -0.5f), EmbeddingVector.of(0f, 2f)), 300, 128),
                "02 02" + "02 3f800000 bf000000" + "02 00000000 40000000" + "ac02 8001");
    }

    private static <T> void assertBytes(RecordCodec<T> codec, T message, String expectedHex) {
        assertThat(hex(codec, message)).isEqualTo(expectedHex.replace(" ", ""));
        assertRead(codec, expectedHex, message);
    }

    private static <T> void assertRead(RecordCodec<T> codec, String hex, T expected) {
        Buffer written = Buffer.buffer(HexFormat.of().parseHex(hex.replace(" ", "")));
        assertThat(codec.decodeFromWire(0, written)).isEqualTo(expected);
    }

    private static <T> String hex(RecordCodec<T> codec, T message) {
        Buffer buffer = Buffer.buffer();
        codec.encodeToWire(buffer, message);
        return HexFormat.of().formatHex(buffer.getBytes());
    }
}
