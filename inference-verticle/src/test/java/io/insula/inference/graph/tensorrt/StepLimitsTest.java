package io.insula.inference.graph.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.plan.InputRange;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.weights.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class StepLimitsTest {

    private static final DecoderDescription DECODER = TinyModels.of(TensorType.F32);

    @Test
    void everyOpenInputHasARangeInBothProfiles() {
        for (NetworkOptions options : List.of(
                NetworkOptions.portable(ElementType.FLOAT32, 64), NetworkOptions.layers(ElementType.FLOAT32, 64, 32))) {
            StepLimits limits = new StepLimits(3, 16, 4, 32, options.capacity() > 0 ? options.capacity() : 64);
            RecordedNetwork network = RecordedNetwork.record(DECODER, options);
            for (Map<String, InputRange> profile : limits.profiles(DECODER.shape())) {
                assertThat(profile.keySet()).isEqualTo(network.inputs().keySet());
                profile.forEach((name, range) -> {
                    List<Long> shape =
                            Objects.requireNonNull(network.inputs().get(name)).shape();
                    for (Shape bound : List.of(range.min(), range.opt(), range.max())) {
                        assertThat(bound.dimension()).isEqualTo(shape.size());
                        for (int i = 0; i < shape.size(); i++) {
                            assertThat(shape.get(i)).as(name).isIn(-1L, bound.get(i));
                        }
                    }
                });
            }
        }
    }

    @Test
    void decodingTakesManyRowsAndPrefillManyTokens() {
        List<Map<String, InputRange>> profiles = new StepLimits(3, 16, 4, 32, 2048).profiles(DECODER.shape());
        assertThat(range(profiles, 0, DecoderNetwork.TOKENS).max()).isEqualTo(new Shape(3, 1));
        assertThat(range(profiles, 1, DecoderNetwork.TOKENS).max()).isEqualTo(new Shape(1, 16));
        assertThat(range(profiles, 0, DecoderNetwork.WANTED).max()).isEqualTo(new Shape(3));
        assertThat(range(profiles, 1, DecoderNetwork.WANTED).max()).isEqualTo(new Shape(4));
        assertThat(range(profiles, 0, DecoderNetwork.key(1)).opt()).isEqualTo(new Shape(3, 2, 1024, 16));
        assertThat(range(profiles, 1, DecoderNetwork.value(2)).max()).isEqualTo(new Shape(1, 2, 2048, 16));
    }

    private static InputRange range(List<Map<String, InputRange>> profiles, int profile, String input) {
        return Objects.requireNonNull(profiles.get(profile).get(input), input);
    }

    @Test
    void noTensorHasMoreElementsThanTensorRtCounts() {
        DecoderShape eightBillion = shape(32, 8);
        // 512 tokens of 32 heads that see 131,072 are one element too many.
        StepLimits far = new StepLimits(4, 512, 16, 256, 131_072);
        assertThat(far.within(eightBillion)).isEqualTo(new StepLimits(4, 511, 16, 256, 131_072));
        assertThat(new StepLimits(64, 512, 16, 256, 32_768).within(eightBillion))
                .isEqualTo(new StepLimits(63, 512, 16, 256, 32_768));
        assertThat(new StepLimits(64, 8192, 16, 256, 2048).within(eightBillion))
                .isEqualTo(new StepLimits(64, 8191, 16, 256, 2048));
        assertThat(new StepLimits(1, 512, 512, 256, 1_000_000).within(eightBillion))
                .isEqualTo(new StepLimits(1, 67, 67, 256, 1_000_000));
        StepLimits usual = new StepLimits(64, 512, 16, 256, 8192);
        assertThat(usual.within(eightBillion)).isEqualTo(usual);
        assertThatThrownBy(() -> new StepLimits(1, 512, 16, 256, 3_000_000).within(eightBillion))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mostLength: 3000000 (expected: at most 2097151 tokens, since a tensor of TensorRT has at"
                        + " most 2147483647 elements)");
    }

    @Test
    void theLimitsHoldForEveryTensorOfTheNetwork() {
        for (DecoderShape shape : List.of(shape(32, 8), shape(32, 32), shape(64, 1), shape(128, 8))) {
            for (int length : List.of(256, 2048, 32_768, 131_072, 1 << 17)) {
                StepLimits limits = new StepLimits(1024, 8192, 16, 256, length).within(shape);
                long most = 0;
                for (Map<String, InputRange> profile : limits.profiles(shape)) {
                    for (InputRange range : profile.values()) {
                        most = Math.max(most, range.max().size());
                    }
                    Shape tokens =
                            range(List.of(profile), 0, DecoderNetwork.TOKENS).max();
                    most = Math.max(most, tokens.size() * shape.heads() * length);
                    most = Math.max(most, tokens.size() * shape.heads() * tokens.get(1));
                }
                assertThat(most).isBetween(1L << 28, (1L << 31) - 1);
            }
        }
    }

    private static DecoderShape shape(int heads, int kvHeads) {
        return new DecoderShape(
                32, heads, kvHeads, 128, 4096, 14_336, 128_256, 4_000_000, 500_000, RopeLayout.HALVES, 1e-5);
    }

    @Test
    void limitsThatMakeNoStepAreRefused() {
        assertThatThrownBy(() -> new StepLimits(3, 16, 17, 32, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scored: 17 (expected: 1..16)");
        assertThatThrownBy(() -> new StepLimits(3, 16, 4, 32, 31))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mostLength: 31 (expected: >= 32)");
    }
}
