package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.GenerateCommand;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.TokenIds;
import io.insula.protocol.TokenScores;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What one choice of a completed stream gave, bit for bit.
 *
 * @param texts by token
 * @param scores by token
 */
public record ChoiceRun(
        List<Integer> tokens,
        List<String> texts,
        List<TokenScores> scores,
        @Nullable FinishReason finish) {

    /** All choices of a command, which has completed. */
    public static List<ChoiceRun> of(RecordedFrames frames, GenerateCommand command) {
        assertThat(frames.end(command.request(), command.attempt()).outcome()).isEqualTo(Outcome.COMPLETED);
        return IntStream.range(0, command.output().choices())
                .mapToObj(choice -> of(frames, command, choice))
                .toList();
    }

    private static ChoiceRun of(RecordedFrames frames, GenerateCommand command, int choice) {
        List<StreamDelta> deltas = frames.deltas(command.request(), command.attempt()).stream()
                .filter(delta -> delta.choice() == choice)
                .toList();
        List<StreamDelta> spoken =
                deltas.stream().filter(delta -> delta.tokens().size() > 0).toList();
        return new ChoiceRun(
                spoken.stream()
                        .flatMapToInt(delta -> Arrays.stream(delta.tokens().toArray()))
                        .boxed()
                        .toList(),
                spoken.stream().map(StreamDelta::text).toList(),
                spoken.stream().flatMap(delta -> delta.scores().stream()).toList(),
                deltas.getLast().finish());
    }

    /** What is left of it behind so many tokens. */
    public ChoiceRun from(int token) {
        int size = tokens.size();
        return new ChoiceRun(
                tokens.subList(token, size), texts.subList(token, size), scores.subList(token, size), finish);
    }

    public TokenIds firstTokens(int count) {
        return TokenIds.of(
                tokens.stream().limit(count).mapToInt(Integer::intValue).toArray());
    }

    public String text() {
        return String.join("", texts);
    }
}
