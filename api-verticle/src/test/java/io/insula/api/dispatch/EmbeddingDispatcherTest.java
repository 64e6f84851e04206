package io.insula.api.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.EmbeddingListener.Outcome;
import io.insula.api.dispatch.EmbeddingListener.Summary;
import io.insula.api.error.ApiError;
import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EmbedReply;
import io.insula.protocol.EmbedReply.Embedded;
import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.EmbeddingVector;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.TenantId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Parts of embedding requests whose engine is lost. */
class EmbeddingDispatcherTest {

    private static final ModelName MODEL = new ModelName("e");

    private final ManualClock clock = new ManualClock();
    private final EngineRegistry engines = new EngineRegistry(Duration.ofSeconds(1), clock);
    private final List<NodeId> asked = new ArrayList<>();
    private final List<EmbedCommand> commands = new ArrayList<>();
    private final List<Promise<EmbedReply>> replies = new ArrayList<>();
    private final EmbeddingDispatcher dispatcher = new EmbeddingDispatcher(
            DispatchConfig.DEFAULT,
            new EmbeddingLimits(10, 2, Duration.ofSeconds(30)),
            engines,
            (node, command, timeout) -> {
                asked.add(node);
                commands.add(command);
                replies.add(Promise.promise());
                return replies.getLast().future();
            },
            clock);
    private final List<EmbeddingVector> vectors = new ArrayList<>();
    private @Nullable Summary summary;

    @Test
    void whatALostEngineHadIsEmbeddedByAnotherAtOnceAndItsLateAnswerIsNotHeard() {
        start("a", "b");
        dispatcher.left(asked.getFirst());
        assertThat(asked).hasSize(2).doesNotHaveDuplicates();
        replies.getFirst().complete(embedded(1, 1));
        assertThat(vectors).isEmpty();
        replies.getLast().complete(embedded(2, 2));

        assertThat(vectors).containsExactly(vector(2), vector(2));
        assertThat(commands.getLast().texts()).containsExactly("three");
        replies.getLast().complete(embedded(3));
        assertThat(vectors).hasSize(3);
        assertThat(Objects.requireNonNull(summary).outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(Objects.requireNonNull(summary).promptTokens()).isEqualTo(3);
    }

    @Test
    void anEngineThatFellSilentIsFollowedByAnother() {
        start("a", "b");
        NodeId first = asked.getFirst();
        String other = first.value().equals("a") ? "b" : "a";
        clock.advance(Duration.ofSeconds(2));
        renew(other);
        dispatcher.watch();
        assertThat(asked).hasSize(1);
        clock.advance(Duration.ofMillis(1_001));
        dispatcher.watch();

        assertThat(asked).hasSize(2);
        assertThat(asked.getLast()).hasToString(other);
    }

    @Test
    void anEngineThatFailedIsFollowedByAnother() {
        start("a", "b");
        replies.getFirst().fail(new ReplyException(ReplyFailure.RECIPIENT_FAILURE, 500, "it broke"));

        assertThat(asked).hasSize(2).doesNotHaveDuplicates();
        assertThat(summary).isNull();
    }

    @Test
    void textsThatTheirEnginesFailOfEndWithTheThird() {
        start("a", "b", "c", "d");
        for (int i = 0; i < 3; i++) {
            replies.get(i).fail(new ReplyException(ReplyFailure.RECIPIENT_FAILURE, 500, "it broke"));
        }

        assertThat(asked).hasSize(3).doesNotHaveDuplicates();
        assertThat(Objects.requireNonNull(summary).error()).isEqualTo(new ApiError.EngineFailed("it broke"));
    }

    @Test
    void withoutAnotherEngineTheRequestEnds() {
        start("a");
        dispatcher.left(new NodeId("a"));

        assertThat(Objects.requireNonNull(summary).error()).isEqualTo(new ApiError.EngineLost());
    }

    private void start(String... nodes) {
        for (String node : nodes) {
            renew(node);
        }
        dispatcher.dispatch(
                new Embedding(new RequestId(new UUID(7, 1)), TenantId.DEFAULT, MODEL, List.of("one", "two", "three")),
                new EmbeddingListener() {
                    @Override
                    public void vectors(List<EmbeddingVector> next) {
                        vectors.addAll(next);
                    }

                    @Override
                    public void ended(Summary end) {
                        assertThat(summary).isNull();
                        summary = end;
                    }
                });
    }

    private void renew(String node) {
        engines.renew(new EngineStatus(
                new NodeId(node),
                ProtocolCodecs.VERSION,
                false,
                List.of(),
                List.of(new EmbeddingStatus(MODEL, "f", 2, 256, 0, 100))));
    }

    private static Embedded embedded(int... numbers) {
        List<EmbeddingVector> all = new ArrayList<>();
        for (int number : numbers) {
            all.add(vector(number));
        }
        return new Embedded(all, numbers.length, 5);
    }

    private static EmbeddingVector vector(int number) {
        return EmbeddingVector.of(new float[] {number, 1});
    }
}
