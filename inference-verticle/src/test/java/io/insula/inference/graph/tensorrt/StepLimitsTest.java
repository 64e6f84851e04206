package io.insula.inference.graph.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.plan.InputRange;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
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
    void limitsThatMakeNoStepAreRefused() {
        assertThatThrownBy(() -> new StepLimits(3, 16, 17, 32, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scored: 17 (expected: 1..16)");
        assertThatThrownBy(() -> new StepLimits(3, 16, 4, 32, 31))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mostLength: 31 (expected: >= 32)");
    }
}
