package io.insula.djl.tensorrt.nvinfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.plan.InputRange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProfileCheckTest {
    private static final InputRange IDS = range(new Shape(1, 8), new Shape(4, 512));

    private final LinkedHashMap<String, Shape> inputs = new LinkedHashMap<>();

    ProfileCheckTest() {
        inputs.put("ids", new Shape(-1, -1));
        inputs.put("table", new Shape(3, 4));
    }

    @Test
    void needsNoProfileForStaticShapes() {
        inputs.remove("ids");

        assertThat(ProfileCheck.check(inputs, List.of())).isEmpty();
    }

    @Test
    void takesProfilesThatFit() {
        Map<String, InputRange> profile = Map.of("ids", IDS, "table", range(new Shape(3, 4), new Shape(3, 4)));

        assertThat(ProfileCheck.check(inputs, List.of(profile, Map.of("ids", IDS))))
                .containsExactly(profile, Map.of("ids", IDS));
    }

    @Test
    void asksForShapesOfOpenInputs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProfileCheck.check(inputs, List.of()))
                .withMessage("minShapes, optShapes, maxShapes: not given (expected: shapes for the inputs with open"
                        + " dimensions, {ids=(-1, -1)})");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProfileCheck.check(inputs, List.of(Map.of("ids", IDS), Map.of())))
                .withMessageStartingWith("profile 1: no shapes for input ids (-1, -1)");
    }

    @Test
    void refusesInputsThatTheNetworkLacks() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProfileCheck.check(inputs, List.of(Map.of("ids", IDS, "mask", IDS))))
                .withMessage("profile 0: the network has no input mask (expected: of [ids, table])");
    }

    @Test
    void refusesShapesOfAnotherForm() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProfileCheck.check(inputs, List.of(Map.of("ids", range(new Shape(1), new Shape(2))))))
                .withMessage("profile 0, input ids: (1), (1), (2) (expected: shapes of the form (-1, -1), where -1 is"
                        + " any size)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProfileCheck.check(
                        inputs, List.of(Map.of("ids", IDS, "table", range(new Shape(3, 4), new Shape(3, 5))))))
                .withMessageContaining("profile 0, input table");
    }

    private static InputRange range(Shape min, Shape max) {
        return new InputRange(min, min, max);
    }
}
