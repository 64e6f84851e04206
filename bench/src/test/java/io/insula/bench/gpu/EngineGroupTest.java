package io.insula.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.insula.inference.graph.tensorrt.WeightForm;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineGroupTest {

    private static final BenchModel LARGE = BenchModel.known().getLast();
    private static final List<GpuCase> CASES =
            GpuCase.all(List.of(LARGE), List.of(WeightForm.PLAIN), GpuOptions.BATCHES, GpuOptions.CONTEXTS);

    @Test
    void oneEngineServesAllCasesOfAModelWhereItFits() {
        EngineGroup.Division division = EngineGroup.divide(CASES, 139L << 30);
        assertThat(division.tooLarge()).isEmpty();
        assertThat(division.groups()).hasSize(1);
        EngineGroup group = division.groups().getFirst();
        assertThat(group.slots()).isEqualTo(64);
        assertThat(group.slotTokens()).isEqualTo(8192);
        assertThat(group.cases()).hasSize(15).isEqualTo(CASES);
    }

    /** 15 GiB of weights; 64 sequences of 8,192 tokens take 64 GiB, 32 take half of it. */
    @Test
    void aLongContextThatDoesNotFitGetsAnEngineOfItsOwnWithFewerSequences() {
        EngineGroup.Division division = EngineGroup.divide(CASES, 78L << 30);
        assertThat(division.groups().stream().map(EngineGroup::slotTokens)).containsExactly(2048, 8192);
        assertThat(division.groups().stream().map(EngineGroup::slots)).containsExactly(64, 32);
        assertThat(division.tooLarge().keySet().stream().map(GpuCase::name))
                .containsExactly("llama-3.1-8b/bf16/decode/64/8192");
        assertThat(division.tooLarge().values())
                .containsExactly("needs 78 GiB of weights and cache, the device has room for 72");
        int measured = division.groups().stream()
                .mapToInt(group -> group.cases().size())
                .sum();
        assertThat(measured + division.tooLarge().size()).isEqualTo(CASES.size());
        for (EngineGroup group : division.groups()) {
            long needed = EngineGroup.bytes(LARGE.cost(WeightForm.PLAIN), group.slots(), group.slotTokens());
            assertThat(needed).isLessThanOrEqualTo((78L << 30) - EngineGroup.SPARE_BYTES);
        }
    }

    @Test
    void nothingFitsASmallDevice() {
        EngineGroup.Division division = EngineGroup.divide(CASES, 8L << 30);
        assertThat(division.groups()).isEmpty();
        assertThat(division.tooLarge()).hasSize(CASES.size());
    }

    @Test
    void modelsAndWeightsHavePlansOfTheirOwn() {
        List<GpuCase> cases =
                GpuCase.all(BenchModel.known(), List.of(WeightForm.PLAIN, WeightForm.FLOAT8), List.of(1), List.of(512));
        assertThat(EngineGroup.divide(cases, 139L << 30).groups())
                .hasSize(8)
                .allSatisfy(group -> assertThat(group.cases()).hasSize(2));
    }

    @Test
    void contextsBeyondTheModelsAreLeftOut() {
        List<GpuCase> cases = GpuCase.all(
                List.of(BenchModel.known().get(1)), List.of(WeightForm.PLAIN), List.of(1), List.of(8192, 16_384));
        assertThat(cases.stream().map(GpuCase::context)).containsOnly(8192);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GpuCase(LARGE, WeightForm.PLAIN, GpuCase.Kind.DECODE, 0, 512))
                .withMessageContaining("(expected: >= 1 at 1..131072)");
    }
}
