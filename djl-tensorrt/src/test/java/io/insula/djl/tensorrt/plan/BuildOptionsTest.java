package io.insula.djl.tensorrt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuildOptionsTest {

    @Test
    void leavesTensorRtItsDefaults() {
        BuildOptions options = BuildOptions.defaults();

        assertThat(options.profiles()).isEmpty();
        assertThat(options.stronglyTyped()).isTrue();
        assertThat(options.tf32()).isTrue();
        assertThat(options.workspaceBytes()).isZero();
        assertThat(options.optimizationLevel()).isEqualTo(3);
        assertThat(options.auxiliaryStreams()).isEqualTo(-1);
        assertThat(options.hardwareCompatibility()).isEqualTo(HardwareCompatibility.NONE);
        assertThat(options.refit()).isEqualTo(Refit.NONE);
    }

    @Test
    void readsEveryOption() {
        BuildOptions options = BuildOptions.parse(Map.ofEntries(
                Map.entry("minShapes", "ids:0:1x8,mask:1x8"),
                Map.entry("optShapes", "ids:0:4x128, mask:4x128"),
                Map.entry("maxShapes", "ids:0:8x512,mask:8x512"),
                Map.entry("optShapes.1", "ids:0:1x1,mask:1x1"),
                Map.entry("precision", "fp16, int8"),
                Map.entry("tf32", false),
                Map.entry("workspaceBytes", "4GiB"),
                Map.entry("builderOptimizationLevel", 5),
                Map.entry("maxAuxStreams", "0"),
                Map.entry("hardwareCompatibility", "amperePlus"),
                Map.entry("stripWeights", "true"),
                Map.entry("sparseWeights", "true")));

        assertThat(options.profiles()).hasSize(2);
        assertThat(options.profiles().getFirst().get("ids:0"))
                .isEqualTo(new InputRange(new Shape(1, 8), new Shape(4, 128), new Shape(8, 512)));
        assertThat(options.profiles().get(1).get("mask"))
                .as("what is left out is taken from opt")
                .isEqualTo(new InputRange(new Shape(1, 1), new Shape(1, 1), new Shape(1, 1)));
        assertThat(options.precisions()).isEqualTo(Set.of(Precision.FP16, Precision.INT8));
        assertThat(options.tf32()).isFalse();
        assertThat(options.workspaceBytes()).isEqualTo(4L << 30);
        assertThat(options.optimizationLevel()).isEqualTo(5);
        assertThat(options.auxiliaryStreams()).isZero();
        assertThat(options.hardwareCompatibility()).isEqualTo(HardwareCompatibility.AMPERE_PLUS);
        assertThat(options.refit()).as("stripped weights must come back").isEqualTo(Refit.IDENTICAL);
        assertThat(options.sparseWeights()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "minShapes | ids | minShapes: ids (expected: input:dimensions, comma between inputs",
                "minShapes | ids:1x-2 | expected: input:dimensions",
                "minShapes | ids:1x8,ids:1x9 | expected: each input once",
                "minShapes | ids:1x1x1x1x1x1x1x1x1 | expected: at most 8 dimensions",
                "minShapes | :3 | expected: input:dimensions",
                "minShapes.16 | ids:1 | minShapes.16: 16 (expected: a profile's number, 0..15)",
                "minShapes.x | ids:1 | expected: a profile's number",
                "optShapes.1 | ids:1 | profiles numbered from 0 without a gap, 0 is missing",
                "precision | fp64 | precision: fp64 (expected: typed, or a list of fp16, bf16, int8, fp8)",
                "tf32 | yes | tf32: yes (expected: true or false)",
                "workspaceBytes | 4GB | workspaceBytes: 4GB (expected: bytes, as in 1073741824, 512MiB or 4GiB)",
                "workspaceBytes | -1 | expected: bytes",
                "workspaceBytes | 99999999999999GiB | expected: bytes",
                "builderOptimizationLevel | 6 | builderOptimizationLevel: 6 (expected: 0..5)",
                "maxAuxStreams | -1 | maxAuxStreams: -1 (expected: 0..64)",
                "hardwareCompatibility | ampere | expected: one of none, amperePlus, sameComputeCapability",
                "refit | yes | refit: yes (expected: one of none, identical, any)",
            })
    void refusesABadValueAndSaysWhatIsAllowed(String key, String value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BuildOptions.parse(Map.of(key, value)))
                .withMessageContaining(message);
    }

    @Test
    void refusesShapesThatCannotBeARange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BuildOptions.parse(Map.of("minShapes", "x:2x3", "maxShapes", "x:1x3")))
                .withMessage(
                        "profile 0, input x: (2, 3), (1, 3), (1, 3) (expected: 0 <= min <= opt <= max in dimension 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BuildOptions.parse(Map.of("minShapes", "x:2", "maxShapes", "x:2x3")))
                .withMessageContaining("expected: as many dimensions in min, opt and max");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BuildOptions.parse(Map.of("minShapes", "x:2", "minShapes.0", "x:2")))
                .withMessageContaining("with or without .0");
    }

    @Test
    void refusesToStripWeightsThatCannotComeBack() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BuildOptions.parse(Map.of("stripWeights", "true", "refit", "none")))
                .withMessage("refit: none (expected: identical or any, since stripWeights is true)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"minShape", "optShape.1", "presicion", "TF32", "workspacebytes", "planCachBytes", "timingcache"})
    void refusesMistypedOptions(String key) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CacheOptions.parse(Map.of(key, "x")))
                .withMessageContaining(key + ": no such option (did you mean ");
    }

    @Test
    void passesOverOptionsOfOthers() {
        CacheOptions caches = CacheOptions.parse(
                Map.of("modelName", "x", "cudaGraphs", "true", "planCache", "none", "timingCache", "/t"));

        assertThat(caches.plans()).isNull();
        assertThat(caches.timings()).isEqualTo(Path.of("/t"));
        assertThat(caches.planBytes()).isEqualTo(32L << 30);
    }

    @Test
    void tellsOptionsApartByOneTextWhateverTheirOrder() {
        BuildOptions one = BuildOptions.parse(Map.of("optShapes", "a:1,b:2", "precision", "fp16,bf16"));
        BuildOptions same = BuildOptions.parse(Map.of("optShapes", "b:2,a:1", "precision", "bf16,fp16"));
        BuildOptions other = BuildOptions.parse(Map.of("optShapes", "b:2,a:2", "precision", "bf16,fp16"));

        assertThat(one.canonical()).isEqualTo(same.canonical()).isNotEqualTo(other.canonical());
    }

    @Test
    void takesWeightsFromTheOnnxFileOfAPlanWithoutThem() {
        Path onnx = Path.of("/model.onnx");

        assertThat(RefitSource.ofOnnx(onnx, Map.of("stripWeights", "true"))).isEqualTo(onnx);
        assertThat(RefitSource.ofOnnx(onnx, Map.of())).isNull();
        assertThat(RefitSource.ofPlan(Map.of("refitFrom", "none"))).isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RefitSource.ofPlan(Map.of("refitFrom", "/gone/model.onnx")))
                .withMessage(
                        "refitFrom: /gone/model.onnx (expected: the ONNX file that the plan was built from, or none)");
    }
}
