package io.insula.inference.engine;

import ai.onnxruntime.OrtEnvironment;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.KvScales;
import io.insula.inference.graph.onnx.OnnxGraph;
import io.insula.inference.weights.ModelTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Names everything that the CPU engine's bits depend on: weights, hyperparameters, graph version, runtime build,
 * instruction set, cache size and KV type.
 *
 * <p>The weights are hashed on first use, about a third of a second a gigabyte.
 */
final class NumericsFingerprint {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Path L2_SIZE = Path.of("/sys/devices/system/cpu/cpu0/cache/index2/size");

    private final DecoderShape decoder;
    private final List<ModelTensor> weights;
    private final String rounding;
    private final @Nullable KvScales scales;
    private @Nullable String value;

    /**
     * @param rounding what a row's rounding depends on beside the row
     * @param scales of eight-bit keys and values; null: they are float32
     */
    NumericsFingerprint(DecoderShape decoder, List<ModelTensor> weights, String rounding, @Nullable KvScales scales) {
        this.decoder = decoder;
        this.weights = weights;
        this.rounding = rounding;
        this.scales = scales;
    }

    String value() {
        if (value == null) {
            value = compute();
        }
        return value;
    }

    private String compute() {
        NumericsDigest digest = new NumericsDigest();
        weights.forEach(digest::add);
        digest.add(decoder.toString());
        digest.add("graph " + OnnxGraph.VERSION);
        digest.add("onnxruntime " + OrtEnvironment.getEnvironment().getVersion());
        if (scales == null) {
            digest.add("kv float32");
        } else {
            digest.add("kv int8");
            digest.add(scales);
        }
        digest.add("rounding " + rounding);
        digest.add(System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        digest.add(instructionSet());
        digest.add("l2 " + firstLine(L2_SIZE));
        return "onnx-cpu-" + digest.value();
    }

    /** The processor's features, sorted; where the system does not tell, its version stands for the machine. */
    private static String instructionSet() {
        try (var lines = Files.lines(CPU_INFO)) {
            return lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .map(line -> new TreeSet<>(
                            List.of(line.substring(line.indexOf(':') + 1).trim().split(" "))))
                    .map(TreeSet::toString)
                    .orElse("unknown");
        } catch (IOException e) {
            return System.getProperty("os.version");
        }
    }

    private static String firstLine(Path path) {
        try {
            return Files.readString(path).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
