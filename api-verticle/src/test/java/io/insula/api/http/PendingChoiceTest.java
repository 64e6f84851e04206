package io.insula.api.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.json.JsonBytes;
import io.insula.api.openai.AnswerWriter;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.TokenIds;
import io.insula.protocol.TokenScores;
import io.insula.protocol.ToolCallDelta;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PendingChoiceTest {

    private final AnswerWriter writer = new AnswerWriter("id", 1, "model", null, false, "", false);

    @Test
    void muchOfBothTextAndLogProbabilitiesIsToldInPiecesAndTheFinishLast() {
        PendingChoice choice = new PendingChoice(3);
        String text = "x😀".repeat(15_000);
        List<TokenScores> scores = Collections.nCopies(100, ScriptedNode.scores(7, "t", -1, 20));
        choice.append(delta("", text, List.of(), scores, FinishReason.STOP));

        List<JsonObject> chunks = told(choice);

        assertThat(chunks).allMatch(chunk -> chunk.getInteger("index") == 3).hasSizeGreaterThan(5);
        assertThat(chunks.getFirst().getJsonObject("delta").getString("role")).isEqualTo("assistant");
        StringBuilder told = new StringBuilder();
        int positions = 0;
        for (JsonObject chunk : chunks.subList(1, chunks.size() - 1)) {
            told.append(chunk.getJsonObject("delta").getString("content"));
            JsonObject logprobs = chunk.getJsonObject("logprobs");
            positions += logprobs == null ? 0 : logprobs.getJsonArray("content").size();
            assertThat(chunk.getValue("finish_reason")).isNull();
        }
        assertThat(told.toString().equals(text)).as("the text").isTrue();
        assertThat(positions).isEqualTo(100);
        assertThat(chunks.getLast().getString("finish_reason")).isEqualTo("stop");
        assertThat(choice.chars()).isZero();
    }

    @Test
    void aTokenWithoutTextIsNotTold() {
        PendingChoice choice = new PendingChoice(0);
        choice.append(delta("", "", List.of(), List.of(ScriptedNode.scores(2, "", -1, 1)), null));
        assertThat(choice.isEmpty()).isTrue();
    }

    @Test
    void thoughtsTextAndCallsAreMergedAndToldInTheirOrder() {
        PendingChoice choice = new PendingChoice(0);
        for (String thought : List.of("I ", "think")) {
            choice.append(delta(thought, "", List.of(), List.of(), null));
        }
        choice.append(delta(".", "Let", List.of(), List.of(), null));
        choice.append(delta("", " me", List.of(ToolCallDelta.start(0, "call_1", "f")), List.of(), null));
        choice.append(delta("", "", List.of(ToolCallDelta.arguments(0, "{\"a\"")), List.of(), null));
        choice.append(delta(
                "",
                "",
                List.of(
                        ToolCallDelta.arguments(0, ":1}"),
                        ToolCallDelta.start(1, "call_2", "g"),
                        ToolCallDelta.arguments(1, "{}")),
                List.of(),
                FinishReason.TOOL_CALLS));

        List<JsonObject> chunks = told(choice);

        assertThat(chunks)
                .extracting(chunk -> chunk.getJsonObject("delta"))
                .containsExactly(
                        new JsonObject("{\"role\":\"assistant\",\"content\":\"\"}"),
                        new JsonObject("{\"reasoning_content\":\"I think.\"}"),
                        new JsonObject("{\"content\":\"Let me\"}"),
                        start(0, "call_1", "f"),
                        arguments(0, "{\"a\":1}"),
                        start(1, "call_2", "g"),
                        arguments(1, "{}"),
                        new JsonObject());
        assertThat(chunks.getLast().getString("finish_reason")).isEqualTo("tool_calls");
        assertThat(choice.isEmpty()).isTrue();
    }

    @Test
    void aCallThatIsToldAtOnceComesInTheSameChunksAsOneThatIsMerged() {
        PendingChoice choice = new PendingChoice(0);
        List<JsonObject> chunks = new ArrayList<>();
        for (ToolCallDelta call : List.of(
                ToolCallDelta.start(0, "call_1", "f"),
                ToolCallDelta.arguments(0, "{\"a\":"),
                ToolCallDelta.arguments(0, "1}"))) {
            choice.append(delta("", "", List.of(call), List.of(), null));
            chunks.addAll(told(choice));
        }
        assertThat(chunks)
                .extracting(chunk -> chunk.getJsonObject("delta"))
                .containsExactly(
                        new JsonObject("{\"role\":\"assistant\",\"content\":null}"),
                        start(0, "call_1", "f"),
                        arguments(0, "{\"a\":"),
                        arguments(0, "1}"));
    }

    @Test
    void longArgumentsAreToldInPiecesThatSplitNoCharacter() {
        PendingChoice choice = new PendingChoice(0);
        String arguments = "x" + "😀".repeat(30_000);
        choice.append(delta(
                "r".repeat(20_000),
                "",
                List.of(ToolCallDelta.start(0, "call_1", "f"), ToolCallDelta.arguments(0, arguments)),
                Collections.nCopies(50, ScriptedNode.scores(7, "t", -1, 20)),
                FinishReason.TOOL_CALLS));

        List<JsonObject> chunks = told(choice);

        StringBuilder told = new StringBuilder();
        int positions = 0;
        for (JsonObject chunk : chunks) {
            JsonArray calls = chunk.getJsonObject("delta").getJsonArray("tool_calls");
            if (calls != null) {
                told.append(calls.getJsonObject(0).getJsonObject("function").getString("arguments"));
            }
            JsonObject logprobs = chunk.getJsonObject("logprobs");
            positions += logprobs == null ? 0 : logprobs.getJsonArray("content").size();
        }
        assertThat(told.toString().equals(arguments)).as("the arguments").isTrue();
        assertThat(positions).isEqualTo(50);
        assertThat(chunks.size()).isBetween(8, 24);
    }

    private List<JsonObject> told(PendingChoice choice) {
        List<JsonObject> chunks = new ArrayList<>();
        while (!choice.isEmpty()) {
            long before = choice.chars();
            JsonBytes out = new JsonBytes(16);
            choice.write(out, writer);
            assertThat(out.size()).as("bytes of one event").isLessThan(5 * PendingChoice.MAX_PIECE_CHARS);
            assertThat(choice.chars()).isLessThan(Math.max(before, 1));
            Stream.of(new String(out.toArray(), UTF_8).split("\n\n"))
                    .map(event -> new JsonObject(event.substring(6))
                            .getJsonArray("choices")
                            .getJsonObject(0))
                    .forEach(chunks::add);
        }
        return chunks;
    }

    private static JsonObject start(int index, String id, String name) {
        return call(new JsonObject()
                .put("index", index)
                .put("id", id)
                .put("type", "function")
                .put("function", new JsonObject().put("name", name).put("arguments", "")));
    }

    private static JsonObject arguments(int index, String fragment) {
        return call(new JsonObject().put("index", index).put("function", new JsonObject().put("arguments", fragment)));
    }

    private static JsonObject call(JsonObject call) {
        return new JsonObject().put("tool_calls", new JsonArray().add(call));
    }

    private static StreamDelta delta(
            String reasoning,
            String text,
            List<ToolCallDelta> calls,
            List<TokenScores> scores,
            @Nullable FinishReason finish) {
        int[] tokens = new int[scores.size()];
        return new StreamDelta(
                new RequestId(new UUID(1, 2)), 0, 0, 0, TokenIds.of(tokens), text, reasoning, calls, finish, scores);
    }
}
