package io.insula.inference.engine;

import ai.onnxruntime.OrtEnvironment;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.KvScales;
import io.insula.inference.graph.onnx.OnnxGraph;
import io.insula.inference.weights.ModelTensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
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
        MessageDigest digest = sha256();
        for (ModelTensor weight : weights) {
            add(digest, weight.name() + weight.type() + weight.shape());
            add(digest, weight.data());
            weight.release();
        }
        add(digest, decoder.toString());
        add(digest, "graph " + OnnxGraph.VERSION);
        add(digest, "onnxruntime " + OrtEnvironment.getEnvironment().getVersion());
        if (scales == null) {
            add(digest, "kv float32");
        } else {
            add(digest, "kv int8");
            scales.update(digest);
        }
        add(digest, "rounding " + rounding);
        add(digest, System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        add(digest, instructionSet());
        add(digest, "l2 " + firstLine(L2_SIZE));
        return "onnx-cpu-" + HexFormat.of().formatHex(digest.digest(), 0, 16);
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

    private static void add(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    private static void add(MessageDigest digest, MemorySegment data) {
        long step = 1 << 24;
        for (long at = 0; at < data.byteSize(); at += step) {
            digest.update(data.asSlice(at, Math.min(step, data.byteSize() - at)).asByteBuffer());
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
