package io.insula.inference.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.schedule.Commands;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.ConfigId;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.OrphanedUsage;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenIds;
import io.insula.protocol.wire.ProtocolCodecs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StreamAccountsTest {

    private static final NodeId NODE = Commands.API;

    private final List<StreamFrame> sent = new ArrayList<>();
    private final List<OrphanedUsage> orphans = new ArrayList<>();
    private long now;
    private final StreamAccounts accounts =
            new StreamAccounts((node, instance, frames) -> sent.addAll(frames), orphans::add, () -> now);

    @Test
    void whatEndsAfterItsNodesLeaseIsReportedWithAllThatIsKnown() {
        GenerateCommand command = Commands.command(1, "x", 5)
                .but()
                .attempt(2, List.of())
                .tenant(new TenantId(new UUID(1, 2)), 1)
                .config(new ConfigId(new UUID(3, 4)))
                .key(new UUID(5, 6))
                .build();
        accounts.opened(command);
        accounts.silent(NODE);
        assertThat(orphans).isEmpty();

        StreamEnd end = end(command, Outcome.CANCELLED);
        send(end);

        assertThat(orphans)
                .containsExactly(new OrphanedUsage(
                        NODE,
                        command.request(),
                        2,
                        command.tenant(),
                        command.key(),
                        command.config(),
                        command.model(),
                        Outcome.CANCELLED,
                        null,
                        end.usage(),
                        end.timings()));
        assertThat(sent).containsExactly(end);
    }

    @Test
    void whatEndedShortlyBeforeItsNodeFellSilentIsReportedToo() {
        GenerateCommand early = complete(1, FinishReason.STOP);
        pass(Duration.ofMillis(2_500));
        accounts.heard(status(false));
        GenerateCommand late = complete(2, FinishReason.STOP);
        pass(Duration.ofSeconds(1));
        accounts.heard(status(false));
        pass(Duration.ofSeconds(3));
        accounts.silent(NODE);

        assertThat(orphans).extracting(OrphanedUsage::request).containsExactly(late.request());
        assertThat(orphans.getFirst().finish()).isEqualTo(FinishReason.STOP);
        assertThat(early.request()).isNotEqualTo(late.request());
    }

    @Test
    void aLivingNodeAccountsForItsStreams() {
        complete(1, FinishReason.STOP);
        pass(Duration.ofSeconds(2));
        accounts.heard(status(false));
        pass(Duration.ofSeconds(3));
        accounts.silent(NODE);

        assertThat(orphans).isEmpty();
    }

    @Test
    void aNodeThatLeavesAccountsForItsStreams() {
        complete(1, FinishReason.STOP);
        GenerateCommand running = opened(2);
        accounts.heard(status(true));
        accounts.silent(NODE);
        send(end(running, Outcome.CANCELLED));
        pass(Duration.ofSeconds(10));
        accounts.silent(NODE);

        assertThat(orphans).isEmpty();
    }

    @Test
    void aNodeThatIsHeardAgainAccountsForItsStreams() {
        GenerateCommand running = opened(1);
        accounts.silent(NODE);
        accounts.heard(status(false));

        send(end(running, Outcome.CANCELLED));

        assertThat(orphans).isEmpty();
    }

    @Test
    void theWholeEndsCutShortWhenAnyChoiceIs() {
        GenerateCommand command = opened(1);
        for (FinishReason finish : List.of(FinishReason.TOOL_CALLS, FinishReason.LENGTH, FinishReason.STOP)) {
            send(new StreamDelta(command.request(), 0, 0, 0, TokenIds.EMPTY, "", finish));
        }
        accounts.silent(NODE);
        send(end(command, Outcome.COMPLETED));
        GenerateCommand called = opened(2);
        send(new StreamDelta(called.request(), 0, 0, 0, TokenIds.EMPTY, "", FinishReason.TOOL_CALLS));
        send(new StreamDelta(called.request(), 0, 1, 1, TokenIds.EMPTY, "", FinishReason.STOP));
        accounts.silent(NODE);
        send(end(called, Outcome.COMPLETED));

        assertThat(orphans)
                .extracting(OrphanedUsage::finish)
                .containsExactly(FinishReason.LENGTH, FinishReason.TOOL_CALLS);
    }

    @Test
    void whatWasRefusedIsNotReported() {
        GenerateCommand command = opened(1);
        accounts.refused(command);
        accounts.silent(NODE);
        send(end(command, Outcome.CANCELLED));

        assertThat(orphans).isEmpty();
    }

    @Test
    void whatIsRememberedIsBoundedAndTheOldestIsForgotten() {
        for (int i = 0; i < 10_005; i++) {
            complete(i, FinishReason.STOP);
        }
        accounts.silent(NODE);

        assertThat(orphans).hasSize(10_000);
        assertThat(orphans.getFirst().request()).isEqualTo(Commands.id(5));
    }

    private GenerateCommand opened(int number) {
        GenerateCommand command = Commands.command(number, "x", 5);
        accounts.opened(command);
        return command;
    }

    private GenerateCommand complete(int number, FinishReason finish) {
        GenerateCommand command = opened(number);
        send(new StreamDelta(command.request(), 0, 0, 0, TokenIds.EMPTY, "", finish));
        send(end(command, Outcome.COMPLETED));
        return command;
    }

    private void send(StreamFrame frame) {
        accounts.send(NODE, 0, List.of(frame));
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static StreamEnd end(GenerateCommand command, Outcome outcome) {
        return new StreamEnd(
                command.request(), command.attempt(), 1, outcome, null, new Usage(5, 6, 7, 8), new Timings(9, 10, 11));
    }

    private static ApiStatus status(boolean leaving) {
        return new ApiStatus(NODE, ProtocolCodecs.VERSION, leaving);
    }
}
