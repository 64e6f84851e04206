package io.insula.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SamplingParametersTest {

    private static final SamplingParameters PLAIN = new SamplingParameters(1, 1, 0);

    @Test
    void everyRangeIsNamedWithTheValueThatLeavesIt() {
        refused(() -> new SamplingParameters(2.5, 1, 0), "temperature: 2.5 (expected: 0..2)");
        refused(() -> new SamplingParameters(1, Double.NaN, 0), "top_p: NaN (expected: 0..1)");
        refused(() -> PLAIN.withTopK(-1), "top_k: -1 (expected: >= 0)");
        refused(() -> PLAIN.withTypicalP(0), "typical_p: 0.0 (expected: more than 0, at most 1)");
        refused(() -> PLAIN.withMinP(1.5), "min_p: 1.5 (expected: 0..1)");
        refused(() -> new Penalties(0, 0, 0), "repetition_penalty: 0.0 (expected: more than 0, at most 10)");
        refused(() -> new Penalties(1, 3, 0), "frequency_penalty: 3.0 (expected: -2..2)");
        refused(() -> new Penalties(1, 0, -2.5), "presence_penalty: -2.5 (expected: -2..2)");
        refused(() -> LogitBias.of(Map.of(7, 101.0)), "logit_bias: 101.0 for token 7 (expected: -100..100)");
        refused(() -> LogitBias.of(Map.of(-7, 1.0)), "logit_bias: token -7 (expected: >= 0)");
    }

    @Test
    void theRangesOfStopsAndOutputsAreNamedToo() {
        refused(() -> StopConditions.of(-1, List.of()), "max_tokens: -1 (expected: >= 0)");
        refused(() -> StopConditions.of(4, List.of()).withMinTokens(5), "min_tokens: 5 (expected: 0..4)");
        refused(() -> StopConditions.of(0, List.of("")), "stop: '' (expected: non-empty strings)");
        assertThat(StopConditions.of(0, List.of()).withMinTokens(5).minTokens()).isEqualTo(5);
        refused(() -> new OutputOptions(0, -1, -1), "choices: 0 (expected: 1..128)");
        refused(() -> new OutputOptions(129, -1, -1), "choices: 129 (expected: 1..128)");
        refused(() -> new OutputOptions(1, 21, -1), "logprobs: 21 (expected: -1..20)");
        refused(() -> new OutputOptions(1, -1, 21), "prompt_logprobs: 21 (expected: -1..20)");
    }

    @Test
    void aCommandResumesEveryChoiceOrNone() {
        GenerateCommand two = GenerateCommand.of(
                        new RequestId(new UUID(1, 2)), new ModelName("m"), List.of(new ChatMessage("user", "x")))
                .output(new OutputOptions(2, -1, -1))
                .build();
        assertThat(two.resumeTokens(1)).isEqualTo(TokenIds.EMPTY);
        GenerateCommand resumed =
                two.but().attempt(1, List.of(TokenIds.of(4), TokenIds.of(5, 6))).build();
        assertThat(resumed.resumeTokens(1)).isEqualTo(TokenIds.of(5, 6));
        refused(
                () -> two.but().attempt(1, List.of(TokenIds.of(4))).build(),
                "resumeTokens: of 1 choices (expected: none, or one entry for each of 2)");
        refused(() -> two.but().tenant(TenantId.DEFAULT, 0).build(), "weight: 0.0 (expected: finite, more than 0)");
    }

    @Test
    void aBiasIsOrderedByTokenAndDoesNotFollowTheMapItCameFrom() {
        Map<Integer, Double> given = new HashMap<>(Map.of(9, 1.0, 2, -1.5));
        LogitBias bias = LogitBias.of(given);
        given.put(1, 1.0);
        assertThat(bias).hasToString("{2=-1.5, 9=1.0}").isEqualTo(LogitBias.of(Map.of(2, -1.5, 9, 1.0)));
        assertThat(LogitBias.of(Map.of())).isSameAs(LogitBias.NONE);
    }

    private static void refused(ThrowingCallable creation, String message) {
        assertThatThrownBy(creation)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
