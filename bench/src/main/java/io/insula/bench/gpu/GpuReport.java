package io.insula.bench.gpu;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a run, kept in a file that is whole whenever the run is cut off.
 *
 * <p><b>Shape:</b> {@code {"device","tensorrt","copy_gb_per_s",…,"plans":[{"plan","seconds"}],"cases":[{"case",…}],
 * "layers":[{"case","ms","count","shares":[{"layer","count","ms"}]}]}}; a case that was not run has a {@code reason} instead of figures.
 */
final class GpuReport {

    private final @Nullable Path file;
    private final Map<GpuCase, GpuResult> results = new LinkedHashMap<>();
    private final Map<GpuCase, String> reasons = new LinkedHashMap<>();
    private final Map<GpuCase, LayerShares> layers = new LinkedHashMap<>();
    private final Map<String, Double> plans = new LinkedHashMap<>();
    private final Map<String, String> notes = new LinkedHashMap<>();
    private @Nullable DeviceFigures device;

    /**
     * @param file written after each addition, or null
     */
    GpuReport(@Nullable Path file) {
        this.file = file;
    }

    /** A line about the whole run. */
    void note(String name, String text) throws IOException {
        notes.put(name, text);
        save();
    }

    void device(DeviceFigures figures) throws IOException {
        device = figures;
        save();
    }

    /** Seconds that it took to open an engine, its plan's build included. */
    void plan(String name, double seconds) throws IOException {
        plans.put(name, seconds);
        save();
    }

    /** A result, which replaces the one of the same case. */
    void add(GpuResult result) throws IOException {
        results.put(result.measured(), result);
        save();
    }

    /** Where the time of a case's steps goes. */
    void layers(GpuCase each, LayerShares shares) throws IOException {
        layers.put(each, shares);
        save();
    }

    void notRun(GpuCase each, String reason) throws IOException {
        reasons.put(each, reason);
        save();
    }

    Map<GpuCase, GpuResult> results() {
        return results;
    }

    Map<GpuCase, String> reasons() {
        return reasons;
    }

    private void save() throws IOException {
        if (file == null) {
            return;
        }
        Path whole = file.toAbsolutePath();
        if (whole.getParent() != null) {
            Files.createDirectories(whole.getParent());
        }
        Path written = whole.resolveSibling(whole.getFileName() + ".part");
        Files.writeString(written, json());
        Files.move(written, whole, StandardCopyOption.REPLACE_EXISTING);
    }

    String json() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            for (Map.Entry<String, String> note : notes.entrySet()) {
                json.writeStringField(note.getKey(), note.getValue());
            }
            if (device != null) {
                write(json, device);
            }
            json.writeArrayFieldStart("plans");
            for (Map.Entry<String, Double> plan : plans.entrySet()) {
                json.writeStartObject();
                json.writeStringField("plan", plan.getKey());
                json.writeNumberField("seconds", plan.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("cases");
            for (GpuResult result : results.values()) {
                write(json, result);
            }
            for (Map.Entry<GpuCase, String> reason : reasons.entrySet()) {
                json.writeStartObject();
                json.writeStringField("case", reason.getKey().name());
                json.writeStringField("reason", reason.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("layers");
            for (Map.Entry<GpuCase, LayerShares> shares : layers.entrySet()) {
                write(json, shares.getKey(), shares.getValue());
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text + System.lineSeparator();
    }

    private static void write(JsonGenerator json, GpuCase each, LayerShares shares) throws IOException {
        json.writeStartObject();
        json.writeStringField("case", each.name());
        json.writeNumberField("ms", shares.millis());
        json.writeNumberField("count", shares.count());
        json.writeArrayFieldStart("shares");
        for (LayerShares.Share share : shares.shares()) {
            json.writeStartObject();
            json.writeStringField("layer", share.name());
            json.writeNumberField("count", share.count());
            json.writeNumberField("ms", share.millis());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, DeviceFigures device) throws IOException {
        json.writeNumberField("copy_gb_per_s", device.copyBytesPerSecond() / 1e9);
        json.writeNumberField("product_tflop_per_s", device.operationsPerSecond() / 1e12);
        json.writeNumberField("host_gb_per_s", device.hostBytesPerSecond() / 1e9);
        json.writeNumberField("least_step_us", device.launchSeconds() * 1e6);
        json.writeNumberField("row_us", device.rowSeconds() * 1e6);
    }

    private static void write(JsonGenerator json, GpuResult result) throws IOException {
        json.writeStartObject();
        json.writeStringField("case", result.measured().name());
        json.writeNumberField("predicted_tokens_per_s", result.predictedRate());
        json.writeNumberField("tokens_per_s", result.rate());
        json.writeNumberField("of_prediction", result.ofPrediction());
        json.writeNumberField("ms", result.seconds() * 1e3);
        json.writeNumberField("useful_bytes", result.predicted().bytes());
        json.writeNumberField("useful_gb_per_s", result.usefulBytesPerSecond() / 1e9);
        json.writeNumberField("of_copy_bandwidth", result.ofCopyBandwidth());
        json.writeNumberField("of_product_speed", result.ofProductSpeed());
        Double peer = result.peer();
        if (peer != null) {
            json.writeNumberField("generate_tokens_per_s", peer);
            json.writeNumberField("ratio", result.rate() / peer);
        }
        json.writeEndObject();
    }
}
