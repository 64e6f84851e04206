package io.insula.api.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.json.JsonBytes;
import io.insula.api.openai.AnswerWriter;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenScores;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PendingChoiceTest {

    private final AnswerWriter writer = new AnswerWriter("id", 1, "model", null, false, "");

    @Test
    void muchOfBothTextAndLogProbabilitiesIsToldInPiecesAndTheFinishLast() {
        PendingChoice choice = new PendingChoice(3);
        String text = "x😀".repeat(15_000);
        List<TokenScores> scores = Collections.nCopies(100, ScriptedNode.scores(7, "t", -1, 20));
        choice.append(text, scores, FinishReason.STOP);

        List<JsonObject> chunks = new ArrayList<>();
        while (!choice.isEmpty()) {
            JsonBytes out = new JsonBytes(16);
            choice.write(out, writer);
            assertThat(out.size()).as("bytes of one piece").isLessThan(5 * PendingChoice.MAX_PIECE_CHARS);
            Stream.of(new String(out.toArray(), UTF_8).split("\n\n"))
                    .map(event -> new JsonObject(event.substring(6))
                            .getJsonArray("choices")
                            .getJsonObject(0))
                    .forEach(chunks::add);
        }

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
        choice.append("", List.of(ScriptedNode.scores(2, "", -1, 1)), null);
        assertThat(choice.isEmpty()).isTrue();
    }
}
