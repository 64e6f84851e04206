package io.insula.bench.gpu;

import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.tensorrt.WeightForm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Hugging Face's {@code generate}, compiled, in a Python of the machine: the peer of decode steps in bfloat16.
 *
 * <p>The script is a resource; where Python, torch, transformers or CUDA are missing it says so, and is not asked again.
 */
final class GeneratePeer {

    /**
     * What a run of the script told.
     *
     * @param rates tokens a second of the cases that it timed
     * @param peer versions, empty where nothing was run
     * @param missing why nothing can be run here, or empty
     * @param failures sentences about cases that failed
     */
    record Told(Map<GpuCase, Double> rates, String peer, String missing, List<String> failures) {}

    private static final String SCRIPT = "generate.py";
    private static final String FOLDER = "folder";

    private final String python;
    private final Path folder;
    private final GpuOptions options;

    /**
     * @param python the program
     * @param folder takes the script and what it says beside its results
     */
    GeneratePeer(String python, Path folder, GpuOptions options) {
        this.python = python;
        this.folder = folder;
        this.options = options;
    }

    /** Whether the script can time a case: one of decode steps, of plain weights, of a shape or of a folder. */
    static boolean serves(GpuCase each) {
        Path file = each.model().file();
        return each.kind() == GpuCase.Kind.DECODE
                && each.weights() == WeightForm.PLAIN
                && (file == null || Files.isDirectory(file));
    }

    /** Runs the script over cases of one model that it {@link #serves}, no longer than that. */
    Told run(List<GpuCase> cases, Duration limit) throws IOException {
        Files.createDirectories(folder);
        Path script = folder.resolve(SCRIPT);
        try (InputStream in = GeneratePeer.class.getResourceAsStream(SCRIPT)) {
            Files.write(script, Objects.requireNonNull(in, SCRIPT).readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of(python, script.toString()));
        command.addAll(arguments(cases));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(folder.resolve("generate.err").toFile())
                    .redirectOutput(folder.resolve("generate.out").toFile())
                    .start();
        } catch (IOException e) {
            return new Told(Map.of(), "", String.valueOf(e.getMessage()), List.of());
        }
        process.getOutputStream().close();
        String ended = await(process, limit);
        try (BufferedReader lines = Files.newBufferedReader(folder.resolve("generate.out"))) {
            return read(cases, lines.lines().toList(), ended);
        }
    }

    /** How it ended, where that is not as it should. */
    private String await(Process process, Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
                return "was ended after " + limit.toSeconds() + " s";
            }
            return process.exitValue() == 0
                    ? ""
                    : "ended with " + process.exitValue() + ", see " + folder.resolve("generate.err");
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return "was interrupted";
        }
    }

    private List<String> arguments(List<GpuCase> cases) {
        BenchModel model = cases.getFirst().model();
        DecoderShape shape = model.shape();
        Map<String, Object> settings = new LinkedHashMap<>();
        if (model.file() != null) {
            settings.put(FOLDER, model.file());
        } else {
            settings.put("family", model.biased() ? "qwen2" : "llama");
            settings.put("layers", shape.layers());
            settings.put("hidden", shape.hidden());
            settings.put("feed_forward", shape.feedForward());
            settings.put("heads", shape.heads());
            settings.put("kv_heads", shape.kvHeads());
            settings.put("head_size", shape.headSize());
            settings.put("vocabulary", shape.vocabulary());
            settings.put("positions", shape.contextTokens());
            settings.put("theta", shape.rope().theta());
            settings.put("tied", model.tied());
        }
        settings.put("steps", options.steps() * options.rounds());
        settings.put("rounds", options.rounds());
        settings.put(
                "cases",
                cases.stream().map(each -> each.batch() + ":" + each.context()).collect(Collectors.joining(",")));
        return settings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .toList();
    }

    /** What its lines say; what they say of other cases is passed over. */
    static Told read(List<GpuCase> cases, List<String> lines, String ended) {
        Map<GpuCase, Double> rates = new LinkedHashMap<>();
        List<String> failures = new ArrayList<>();
        String peer = "";
        String missing = "";
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "missing" -> missing = line.substring(words[0].length()).strip();
                case "peer" -> peer = line.substring(words[0].length()).strip();
                case "failed" -> failures.add(line.substring(words[0].length()).strip());
                case "rate" -> {
                    if (words.length == 5) {
                        cases.stream()
                                .filter(each -> words[2].equals(Integer.toString(each.batch()))
                                        && words[3].equals(Integer.toString(each.context())))
                                .forEach(each -> rates.put(each, Double.parseDouble(words[4])));
                    }
                }
                default -> {
                    // Libraries speak, too.
                }
            }
        }
        if (!ended.isEmpty()) {
            failures.add("it " + ended);
        }
        return new Told(rates, peer, missing, failures);
    }
}
