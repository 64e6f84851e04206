package io.insula.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.cuda.FakeCuda;
import io.insula.djl.tensorrt.nvinfer.FakePlan;
import io.insula.inference.engine.tensorrt.InterpretedTensorRt;
import io.insula.inference.graph.tensorrt.Dialect;
import io.insula.inference.graph.tensorrt.WeightForm;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole run, on a fake device whose networks are interpreted, over a shape that takes no time. */
class GpuBenchmarkTest {

    private static final BenchModel TINY = BenchModel.shaped("tiny", 1, 2, 1, 4, 8, 12, 32, 64, 10_000, true, false);
    private static final long DEVICE_BYTES = 32L << 30;

    @TempDir
    Path folder = Path.of("/");

    private final FakeCuda cuda = new FakeCuda(1, DEVICE_BYTES);
    private final InterpretedTensorRt tensorRt = new InterpretedTensorRt(cuda);
    private final StringWriter out = new StringWriter();
    /** Each look at it is a millisecond later. */
    private final AtomicLong clock = new AtomicLong();

    private GpuReport run(List<GpuCase> cases, Duration limit, @Nullable String python) throws IOException {
        return run(cases, Dialect.PORTABLE, limit, python);
    }

    private GpuReport run(List<GpuCase> cases, Dialect dialect, Duration limit, @Nullable String python)
            throws IOException {
        GpuOptions options = new GpuOptions(
                folder.resolve("plans"),
                8,
                dialect,
                3,
                16,
                1,
                2,
                3,
                limit,
                python,
                new DeviceProbe.Sizes(1 << 16, 16, 1 << 12, 4, 2, 2));
        GpuReport report = new GpuReport(folder.resolve("figures.json"));
        GpuDevice device = new GpuDevice(cuda, 0, tensorRt, tensorRt.runtime());
        new GpuBenchmark(device, options, new GpuTable(new PrintWriter(out)), report, () -> clock.addAndGet(1_000_000))
                .run(cases);
        return report;
    }

    private static List<GpuCase> cases(List<Integer> batches, List<Integer> contexts) {
        return GpuCase.all(List.of(TINY), List.of(WeightForm.PLAIN, WeightForm.FLOAT8), batches, contexts);
    }

    private List<JsonObject> figures() throws IOException {
        JsonArray cases = new JsonObject(Files.readString(folder.resolve("figures.json"))).getJsonArray("cases");
        return cases.stream().map(JsonObject.class::cast).toList();
    }

    @Test
    void everyCaseIsPredictedAndMeasured() throws IOException {
        List<GpuCase> cases = cases(List.of(1, 3), List.of(16, 40));
        GpuReport report = run(cases, Duration.ofHours(1), null);
        assertThat(report.results().keySet()).containsExactlyElementsOf(cases);
        assertThat(report.reasons()).isEmpty();
        GpuResult decoded = report.results().get(cases.get(2));
        assertThat(decoded).isNotNull();
        if (decoded != null) {
            assertThat(decoded.measured().name()).isEqualTo("tiny/bf16/decode/3/16");
            assertThat(decoded.seconds())
                    .as("a round of two steps between two looks")
                    .isEqualTo(0.0005);
            assertThat(decoded.rate()).isEqualTo(6000);
            assertThat(decoded.predicted().bytes())
                    .isEqualTo(TINY.cost(WeightForm.PLAIN).decodeBytes(3, 13.5));
            assertThat(decoded.ofCopyBandwidth())
                    .isEqualTo(decoded.usefulBytesPerSecond() / decoded.copyBytesPerSecond());
        }
        assertThat(tensorRt.requests()).as("a product and two plans").hasSize(3);
        assertThat(out.toString()).contains("Fake GPU", "tiny/fp8/prefill/1/40", "tiny/bf16, 3 x 40: building");
        assertThat(figures())
                .hasSize(cases.size())
                .allSatisfy(
                        figure -> assertThat(figure.getDouble("of_prediction")).isPositive());
        JsonArray layers = new JsonObject(Files.readString(folder.resolve("figures.json"))).getJsonArray("layers");
        assertThat(layers).as("of decode steps").hasSize(8);
        JsonObject first = layers.getJsonObject(0);
        assertThat(first.getString("case")).isEqualTo("tiny/bf16/decode/1/16");
        assertThat(first.getDouble("ms")).isEqualTo(0.25 * FakePlan.LAYERS.size());
        assertThat(first.getJsonArray("shares").getJsonObject(0).getString("layer"))
                .isEqualTo("__myl_CastMulMean");
        assertThat(out.toString())
                .contains("tiny/fp8/decode/3/40: 1.000 ms in 4 layers of a step of 0.500 ms", "2 x __myl_CastMulMean");
        assertThat(cuda.usedBytes()).as("everything is given back").isZero();
        assertThat(cuda.livePinned() + cuda.liveGraphs() + cuda.streams()).isZero();
    }

    @Test
    void plansAreBuiltOnce() throws IOException {
        run(cases(List.of(1), List.of(16)), Duration.ofHours(1), null);
        int built = tensorRt.requests().size();
        run(cases(List.of(1), List.of(16)), Duration.ofHours(1), null);
        assertThat(tensorRt.requests()).hasSize(built);
    }

    @Test
    void whenTheTimeIsOverTheRestIsToldAndNotRun() throws IOException {
        GpuReport report = run(cases(List.of(1, 3), List.of(16)), Duration.ofMillis(60), null);
        assertThat(report.results()).isNotEmpty();
        assertThat(report.reasons()).isNotEmpty();
        assertThat(report.results().size() + report.reasons().size()).isEqualTo(6);
        assertThat(report.reasons().values())
                .allSatisfy(reason -> assertThat(reason).startsWith("the time was over"));
        assertThat(figures()).hasSize(6);
        assertThat(figures().getLast().getString("reason")).startsWith("the time was over");
    }

    @Test
    void whatCannotRunSaysWhyAndTheOthersGoOn() throws IOException {
        GpuReport tooShort = run(cases(List.of(1), List.of(6)), Duration.ofHours(1), null);
        assertThat(tooShort.results().keySet().stream().map(GpuCase::kind)).containsOnly(GpuCase.Kind.PREFILL);
        assertThat(tooShort.reasons().values())
                .containsOnly("its 7 steps begin with a prompt, for which there is no room");
        // The product's plan is kept by now.
        tensorRt.refuse("Error Code 10: no kernels");
        GpuReport refused = run(cases(List.of(2), List.of(16)), Duration.ofHours(1), null);
        assertThat(refused.results()).isEmpty();
        assertThat(refused.reasons())
                .hasSize(4)
                .allSatisfy((each, reason) -> assertThat(reason).endsWith("Error Code 10: no kernels"));
    }

    @Test
    void layersThatTensorRtDoesNotHaveAreRefused() throws IOException {
        GpuReport report = run(cases(List.of(1), List.of(16)), Dialect.LAYERS, Duration.ofHours(1), null);
        assertThat(report.results()).isEmpty();
        assertThat(report.reasons().values())
                .hasSize(4)
                .containsOnly("dialect: LAYERS with TensorRT 10.6.0 (expected: PORTABLE before TensorRT 10.15)");
    }

    @Test
    void aPeersRateStandsBesideOurs() throws IOException {
        Path python = Files.writeString(
                folder.resolve("python"), "#!/bin/sh\necho peer generate 1\necho rate decode 3 16 3000\n");
        assertThat(python.toFile().setExecutable(true)).isTrue();
        run(cases(List.of(1, 3), List.of(16)), Duration.ofHours(1), python.toString());
        List<JsonObject> compared = figures().stream()
                .filter(figure -> figure.containsKey("generate_tokens_per_s"))
                .toList();
        assertThat(compared).hasSize(1);
        assertThat(compared.getFirst().getString("case")).isEqualTo("tiny/bf16/decode/3/16");
        assertThat(compared.getFirst().getDouble("ratio")).isEqualTo(2.0);
        assertThat(out.toString()).contains("3000.0 tokens/s, Insula 2.00 times as many");
    }

    @Test
    void aMissingPeerIsToldOnce() throws IOException {
        run(cases(List.of(1), List.of(16)), Duration.ofHours(1), "/nowhere/python");
        assertThat(out.toString().split("generate of Hugging Face: not run: ", -1))
                .hasSize(2);
    }
}
