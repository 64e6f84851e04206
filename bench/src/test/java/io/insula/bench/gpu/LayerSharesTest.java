package io.insula.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.bench.gpu.LayerShares.Share;
import org.junit.jupiter.api.Test;

class LayerSharesTest {

    @Test
    void layersThatAreAlikeAreAddedUpAndTheLongestComeFirst() {
        LayerShares shares = new LayerShares();
        shares.took("__myl_CastMulMean_myl0_3", 0.25f);
        shares.took("blk.0.ffn_gate.weight", 0.5f);
        shares.took("__myl_CastMulMean_myl0_41", 0.5f);
        shares.took("blk.11.ffn_gate.weight", 1);
        shares.took("head", 0.125f);
        assertThat(shares.shares())
                .containsExactly(
                        new Share("blk.#.ffn_gate.weight", 2, 1.5),
                        new Share("__myl_CastMulMean", 2, 0.75),
                        new Share("head", 1, 0.125));
        assertThat(shares.count()).isEqualTo(5);
        assertThat(shares.millis()).isEqualTo(2.375);
    }
}
