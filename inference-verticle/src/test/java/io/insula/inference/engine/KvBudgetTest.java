package io.insula.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.RopeLayout;
import org.junit.jupiter.api.Test;

class KvBudgetTest {

    private static final DecoderShape SMOLLM2 =
            new DecoderShape(30, 9, 3, 64, 576, 1536, 49152, 8192, 100_000, RopeLayout.INTERLEAVED, 1e-5);

    @Test
    void theDefaultsGiveTheStarterModelElevenSlots() {
        KvBudget budget = KvBudget.of(SMOLLM2, EngineConfig.defaults());
        assertThat(budget).isEqualTo(new KvBudget(11, 2048, 46_080));
        assertThat(budget).hasToString("11 slots x 2048 tokens, at most 990 MiB");
    }

    @Test
    void aSlotIsNeverLongerThanTheModelsContext() {
        assertThat(KvBudget.of(SMOLLM2, EngineConfig.defaults().withSlots(1, 100_000)))
                .isEqualTo(new KvBudget(1, 8192, 46_080));
    }

    @Test
    void aBudgetBelowOneSlotShortensIt() {
        assertThat(KvBudget.of(SMOLLM2, new EngineConfig(0, false, 46_080 * 100L, 2048, 16)))
                .isEqualTo(new KvBudget(1, 100, 46_080));
    }

    @Test
    void thereAreNeverMoreSlotsThanAskedFor() {
        assertThat(KvBudget.of(SMOLLM2, EngineConfig.defaults().withSlots(3, 64))
                        .slots())
                .isEqualTo(3);
    }
}
