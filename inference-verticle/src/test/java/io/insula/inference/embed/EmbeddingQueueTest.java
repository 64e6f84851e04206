package io.insula.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class EmbeddingQueueTest {

    private final EmbeddingQueue queue = new EmbeddingQueue(new EmbeddingConfig(512, 512, 10, Duration.ofSeconds(1)));

    @Test
    void jobsAreTakenTogetherAsFarAsOneRunGoesInTheOrderTheyCame() throws Exception {
        EmbeddingJob first = add(100, 100);
        EmbeddingJob second = add(200);
        EmbeddingJob third = add(200);
        EmbeddingJob long1 = add(500, 500);

        assertThat(queue.take()).containsExactly(first, second);
        assertThat(queue.take()).containsExactly(third);
        assertThat(queue.take()).containsExactly(long1);
        assertThat(queue.queuedTexts()).isZero();
    }

    @Test
    void moreTextsThanTheQueueHoldsAreTakenOnlyWhenNothingElseWaits() {
        assertThat(queue.reserve(11)).isTrue();
        assertThat(queue.reserve(1)).isFalse();
        queue.giveBack(11);
        assertThat(queue.reserve(1)).isTrue();
        assertThat(queue.reserve(9)).isTrue();
        assertThat(queue.reserve(1)).isFalse();
    }

    @Test
    void aClosedQueueGivesItsJobsBackAndTakesNoMore() throws Exception {
        EmbeddingJob waiting = add(1);

        assertThat(queue.close()).containsExactly(waiting);
        assertThat(queue.reserve(1)).isFalse();
        assertThat(queue.add(waiting, ignored -> {})).isFalse();
        assertThat(queue.take()).isEmpty();
    }

    private EmbeddingJob add(int... lengths) {
        List<int[]> texts =
                java.util.Arrays.stream(lengths).mapToObj(int[]::new).toList();
        EmbeddingJob job = new EmbeddingJob(texts, 0, new CompletableFuture<>());
        assertThat(queue.reserve(lengths.length)).isTrue();
        assertThat(queue.add(job, ignored -> {})).isTrue();
        return job;
    }
}
