package io.insula.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.EmbeddingVector;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenBatchTest {

    @Test
    void shorterTextsArePaddedAtTheirEnd() {
        TokenBatch batch = new TokenBatch(List.of(new int[] {101, 7, 102}, new int[] {101}));

        assertThat(batch.ids()).containsExactly(101, 7, 102, 101, 0, 0);
        assertThat(batch.mask()).containsExactly(1, 1, 1, 1, 0, 0);
    }

    @Test
    void theMeanLeavesPaddingOutAndHasUnitLength() {
        TokenBatch batch = new TokenBatch(List.of(new int[] {1, 2}, new int[] {3}));
        FloatBuffer hidden = FloatBuffer.wrap(new float[] {2, 0, 4, 8, 3, 4, 1000, -1000});

        assertThat(batch.pooled(hidden, 0, 2)).isEqualTo(EmbeddingVector.of(0.6f, 0.8f));
        assertThat(batch.pooled(hidden, 1, 2)).isEqualTo(EmbeddingVector.of(0.6f, 0.8f));
    }

    @Test
    void whatIsNoNumberIsAnErrorAndAZeroMeanStaysZero() {
        TokenBatch batch = new TokenBatch(List.of(new int[] {1}));

        assertThatThrownBy(() -> batch.pooled(FloatBuffer.wrap(new float[] {Float.NaN, 1}), 0, 2))
                .isInstanceOf(EmbeddingException.class)
                .hasMessageContaining("no finite numbers");
        assertThat(batch.pooled(FloatBuffer.wrap(new float[] {0, 0}), 0, 2)).isEqualTo(EmbeddingVector.of(0, 0));
    }
}
