package io.insula.bench.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.ChatMessage;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PacedStreamsTest {

    @Test
    void aStreamSaysOneDeltaATurnAndEndsWithItsLimit() {
        PacedStreams streams = new PacedStreams(2, 1);
        List<StreamFrame> said = new ArrayList<>(streams.admit(command(1, 3)));
        List<Integer> perTick = new ArrayList<>();
        for (int tick = 0; tick < 6; tick++) {
            List<StreamFrame> step =
                    streams.step().values().stream().flatMap(List::stream).toList();
            perTick.add(step.size());
            said.addAll(step);
        }

        assertThat(perTick).containsExactly(1, 0, 2, 0, 0, 0);
        assertThat(said)
                .extracting(frame -> frame instanceof StreamDelta delta ? delta.sequence() : -1)
                .containsExactly(0, 1, 2, -1);
        assertThat(((StreamDelta) said.get(2)).finish()).isEqualTo(FinishReason.LENGTH);
        StreamEnd end = (StreamEnd) said.get(3);
        assertThat(end.sequence()).isEqualTo(3);
        assertThat(end.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(end.usage().completionTokens()).isEqualTo(3);
        assertThat(streams.running()).isZero();
        assertThat(streams.tokens()).isEqualTo(3);
    }

    @Test
    void streamsAreDealtToTicksSoThatStepsAreEven() {
        PacedStreams streams = new PacedStreams(4, 1);
        for (int i = 0; i < 20; i++) {
            streams.admit(command(i, 100));
        }
        for (int tick = 0; tick < 8; tick++) {
            assertThat(streams.step().values().stream().mapToInt(List::size).sum())
                    .isEqualTo(5);
        }
    }

    @Test
    void whatOneStepSaysToOneAddressIsOneBatch() {
        PacedStreams streams = new PacedStreams(1, 1);
        streams.admit(command(1, 9));
        streams.admit(command(2, 9));
        assertThat(streams.step())
                .hasSize(1)
                .allSatisfy((address, frames) -> assertThat(frames).hasSize(2));
    }

    @Test
    void aDeltaOfSeveralTokensCountsThemAll() {
        PacedStreams streams = new PacedStreams(1, 4);
        StreamDelta delta = (StreamDelta) streams.admit(command(1, 8)).getFirst();
        assertThat(delta.tokens().size()).isEqualTo(4);
        assertThat(streams.step().values())
                .allSatisfy(frames -> assertThat(frames).hasSize(2));
        assertThat(streams.tokens()).isEqualTo(8);
    }

    @Test
    void aCancelledStreamSaysNothingMore() {
        PacedStreams streams = new PacedStreams(1, 1);
        GenerateCommand command = command(1, 100);
        streams.admit(command);
        assertThat(streams.cancel(command.request())).isEqualTo(command);
        assertThat(streams.cancel(command.request())).isNull();
        assertThat(streams.step()).isEmpty();
        assertThat(streams.running()).isZero();
    }

    @Test
    void refusesAPaceThatIsNone() {
        assertThatThrownBy(() -> new PacedStreams(0, 1)).hasMessageContaining("ticksPerTurn");
    }

    private static GenerateCommand command(int number, int tokens) {
        UUID id = new UUID(0x0192_0000_0000_7000L + number, 0x8000_0000_0000_0000L + number);
        return GenerateCommand.of(new RequestId(id), new ModelName("paced"), List.of(new ChatMessage("user", "Seven?")))
                .frames(new NodeId("api"), 0)
                .stop(StopConditions.of(tokens, List.of()))
                .build();
    }
}
