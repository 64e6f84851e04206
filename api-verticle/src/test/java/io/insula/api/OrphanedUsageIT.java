package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.support.StoreFixture;
import io.insula.protocol.Addresses;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.OrphanedUsage;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.UsageTaken;
import io.insula.store.UsageEntry;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What engines report of silent HTTP nodes' streams, over the event bus into a real ledger. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class OrphanedUsageIT {

    private final StoreFixture api;

    OrphanedUsageIT() throws Exception {
        api = new StoreFixture(DispatchConfig.DEFAULT);
    }

    @AfterAll
    void close() {
        api.close();
    }

    @ParameterizedTest
    @CsvSource({"COMPLETED,TOOL_CALLS,tool_calls", "COMPLETED,LENGTH,length", "CANCELLED,,cancelled", "FAILED,,error"})
    void aSilentNodesStreamIsAccountedForOnce(Outcome outcome, @Nullable FinishReason finish, String written)
            throws Exception {
        RequestId request = request();
        OrphanedUsage usage = usage("gone", request, 0, outcome, finish);

        assertThat(send(usage)).isEqualTo(new UsageTaken(request, true));
        assertThat(send(usage)).isEqualTo(new UsageTaken(request, true));

        assertThat(api.ledger(request)).containsExactly(written);
    }

    @Test
    void theNodesOwnRowTakesThePlaceOfTheReport() throws Exception {
        RequestId request = request();
        send(usage("gone", request, 0, Outcome.CANCELLED, null));
        assertThat(api.ledger(request)).containsExactly("cancelled");

        api.store
                .usage()
                .append(List.of(new UsageEntry(
                        request, api.tenantA, null, null, new ModelName("test-model"), 1, 9, 0, 0, 0, 0, "stop", 2)))
                .await();
        assertThat(api.ledger(request)).containsExactly("stop");

        send(usage("gone", request, 7, Outcome.CANCELLED, null));
        assertThat(api.ledger(request)).containsExactly("stop");
    }

    @Test
    void aNodeThatIsHeardAccountsForItsStreamsItself() throws Exception {
        RequestId request = request();

        assertThat(send(usage("api-2", request, 0, Outcome.CANCELLED, null))).isEqualTo(new UsageTaken(request, false));
        assertThat(send(usage("api-1", request, 0, Outcome.CANCELLED, null))).isEqualTo(new UsageTaken(request, false));

        assertThat(api.ledger(request)).isEmpty();
    }

    private UsageTaken send(OrphanedUsage usage) {
        return api.vertx
                .eventBus()
                .<UsageTaken>request(Addresses.usage(new NodeId("api-1")), usage)
                .map(Message::body)
                .await();
    }

    private OrphanedUsage usage(
            String node, RequestId request, int attempt, Outcome outcome, @Nullable FinishReason finish) {
        return new OrphanedUsage(
                new NodeId(node),
                request,
                attempt,
                api.tenantA,
                UUID.randomUUID(),
                api.configA,
                new ModelName("test-model"),
                outcome,
                finish,
                new Usage(3, 4, 1, 0),
                new Timings(5, 6, 7));
    }

    private static RequestId request() {
        UUID random = UUID.randomUUID();
        return new RequestId(new UUID(
                (System.currentTimeMillis() << 16) | 0x7000 | (random.getMostSignificantBits() & 0xfff),
                random.getLeastSignificantBits()));
    }
}
