package io.insula.inference.graph.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.weights.ModelTensor;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WeightPackerTest {

    /** Of the largest magnitude in a block: two roundings to float32. */
    private static final double ROUNDING = 0x1p-22;

    static Stream<TensorType> quantised() {
        return Arrays.stream(TensorType.values()).filter(type -> type.supported() && type.quantised());
    }

    @ParameterizedTest
    @MethodSource("quantised")
    void theKernelsFormOfEveryTypeLosesNothing(TensorType type) {
        DecoderShape shape = TinyModels.wideShape();
        List<ModelTensor> stacked = Stream.of("blk.0.attn_k.weight", "blk.0.ffn_up.weight")
                .map(name -> TinyModels.of(shape, type, TinyModels.SEED)
                        .weights()
                        .find(name)
                        .orElseThrow())
                .toList();
        KernelBlocks form = KernelBlocks.of(type);
        try (Arena arena = Arena.ofShared()) {
            for (WeightPacker packer : new WeightPacker(stacked).parts(100_000)) {
                WeightPacker.Blocks blocks = packer.blocks(arena, arena);
                for (int row = 0; row < packer.rows(); row++) {
                    float[] expected = row(stacked, packer.firstRow() + row);
                    for (int column = 0; column < expected.length; column++) {
                        long block = (long) row * (expected.length / form.size()) + column / form.size();
                        float scale = blocks.scales().getAtIndex(ValueLayout.JAVA_FLOAT, block);
                        float offset = form.offsets() ? blocks.offsets().getAtIndex(ValueLayout.JAVA_FLOAT, block) : 0;
                        double held = (double) scale * (stored(blocks, form, block, column % form.size()) - form.zero())
                                + offset;
                        double largest = Math.abs(scale) * (1 << form.bits()) + Math.abs(offset);
                        assertThat(held)
                                .as("%s row %d column %d, seed %d", type, row, column, TinyModels.SEED)
                                .isCloseTo(expected[column], within(ROUNDING * largest));
                    }
                }
            }
        }
    }

    private static float[] row(List<ModelTensor> stacked, int row) {
        int first = Math.toIntExact(stacked.getFirst().rows());
        ModelTensor weight = row < first ? stacked.getFirst() : stacked.getLast();
        float[] values = new float[Math.toIntExact(weight.columns())];
        weight.toFloat((row < first ? row : row - first) * weight.columns(), values);
        return values;
    }

    private static int stored(WeightPacker.Blocks blocks, KernelBlocks form, long block, int element) {
        long at = block * form.bytes() + element * form.bits() / 8;
        int packed = blocks.quants().get(ValueLayout.JAVA_BYTE, at) & 0xFF;
        return form.bits() == 8 ? packed : (packed >> (element % 2 * 4)) & 0xF;
    }
}
