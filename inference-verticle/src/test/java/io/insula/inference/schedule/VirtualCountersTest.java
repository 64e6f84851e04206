package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.TenantId;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class VirtualCountersTest {

    private static final TenantId A = new TenantId(new UUID(9, 1));
    private static final TenantId B = new TenantId(new UUID(9, 2));
    private static final TenantId C = new TenantId(new UUID(9, 3));

    private final VirtualCounters counters = new VirtualCounters();

    @Test
    void aTenantThatComesIsLiftedToTheLeastServedOneThatWaits() {
        counters.waits(A);
        counters.waits(B);
        counters.charge(A, 1, 700);
        counters.charge(B, 1, 300);
        counters.waits(C);
        assertThat(counters.of(C)).isEqualTo(300);
        assertThat(counters.spread()).isEqualTo(400);
    }

    @Test
    void aTenantThatComesToAnEmptyQueueIsLiftedToTheOneThatWaitedLast() {
        counters.waits(A);
        counters.waitsNoMore(A);
        counters.charge(A, 1, 900);
        counters.waits(B);
        assertThat(counters.of(B)).isEqualTo(900);
    }

    @Test
    void whatATenantHadTooMuchIsRememberedWhileItIsAway() {
        counters.waits(A);
        counters.waits(B);
        counters.charge(A, 1, 500);
        counters.waitsNoMore(A);
        counters.leaves(A);
        assertThat(counters.of(A)).isEqualTo(500);
        counters.charge(B, 1, 100);
        counters.waits(A);
        assertThat(counters.of(A)).isEqualTo(500);
        counters.waitsNoMore(A);
        counters.leaves(A);
        counters.charge(B, 1, 450);
        counters.waits(A);
        assertThat(counters.of(A)).isEqualTo(550);
    }

    @Test
    void tenantsThatAreOwedNothingAreForgotten() {
        counters.waits(A);
        counters.charge(A, 1, 1_000_000);
        for (int i = 10; i < 5_000; i++) {
            TenantId passing = new TenantId(new UUID(9, i));
            counters.waits(passing);
            counters.waitsNoMore(passing);
            counters.leaves(passing);
        }
        assertThat(counters.size()).isLessThan(4);
    }

    @Test
    void aTokenCostsATenantOfDoubleWeightHalf() {
        counters.charge(A, 2, VirtualCounters.OUTPUT_COST);
        counters.charge(B, 1, VirtualCounters.INPUT_COST);
        assertThat(counters.of(A)).isEqualTo(counters.of(B));
    }
}
