package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.GenerateCommand;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamProgress;
import org.junit.jupiter.api.Test;

/** The prefix cache behind the scheduler. */
class SchedulerPrefixTest {

    private static final int BLOCK = PrefixCache.BLOCK_TOKENS;
    private static final int CHUNK = 16;

    /** Room for two blocks, of one byte a token. */
    private static final SchedulerConfig CONFIG =
            SchedulerHouse.config(CHUNK, 50, 1_000_000).withMemory(2 * BLOCK, 0);

    @Test
    void aPromptCancelledInTheMiddleOfItsPrefillLetsGoOfItsBlocks() {
        SchedulerHouse house = new SchedulerHouse(2, CONFIG);
        GenerateCommand cancelled = Commands.command(1, "c".repeat(5 * BLOCK), 4);
        house.offer(cancelled);
        for (int chunk = 0; chunk < 3 * BLOCK / CHUNK; chunk++) {
            house.scheduler.step();
        }
        assertThat(prefixBytes(house)).as("blocks of the prompt in progress").isEqualTo(2 * BLOCK);
        assertThat(house.frames.deltas(cancelled.request(), 0)).isEmpty();
        house.scheduler.cancel(cancelled.request(), 0);
        int calls = house.engine().calls();
        house.scheduler.step();
        assertThat(house.engine().calls()).isEqualTo(calls);
        assertThat(house.frames.end(cancelled.request(), 0).outcome()).isEqualTo(Outcome.CANCELLED);

        // Others' blocks take the place of blocks that nobody stands on, and of no others.
        GenerateCommand other = Commands.command(2, "o".repeat(2 * BLOCK + 9), 4);
        GenerateCommand again = Commands.command(3, "o".repeat(2 * BLOCK + 9), 4);
        house.offer(other);
        house.runUntilIdle();
        house.offer(again);
        house.runUntilIdle();
        assertThat(house.frames.end(other.request(), 0).usage().cachedTokens()).isZero();
        assertThat(house.frames.end(again.request(), 0).usage().cachedTokens()).isEqualTo(2 * BLOCK);
        assertThat(house.frames.batches().stream().flatMap(batch -> batch.frames().stream()))
                .as("what was known is told as soon as it is")
                .containsOnlyOnce(new StreamProgress(again.request(), 0, 2 * BLOCK + 9, 2 * BLOCK));
        assertThat(house.frames.tokens(again.request(), 0))
                .isEqualTo(house.solo(again).tokens());
        assertThat(house.engine().openBlocks()).isEqualTo(2);
    }

    private static double prefixBytes(SchedulerHouse house) {
        return house.registry.get("insula.inference.prefix.bytes").gauge().value();
    }
}
