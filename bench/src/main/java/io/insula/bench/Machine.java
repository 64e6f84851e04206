package io.insula.bench;

import io.insula.bench.llama.LlamaInstall;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where and with what a benchmark ran.
 *
 * @param text for the reader, several lines
 */
record Machine(String text) {

    private static final Set<String> INSTRUCTIONS =
            Set.of("avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16");

    static Machine describe() {
        List<String> cpu = lines(Path.of("/proc/cpuinfo"));
        String model = value(cpu, "model name");
        String flags = Stream.of(value(cpu, "flags").split(" "))
                .filter(INSTRUCTIONS::contains)
                .sorted()
                .collect(Collectors.joining(" "));
        int processors = Runtime.getRuntime().availableProcessors();
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return new Machine(String.format(
                Locale.ROOT,
                "%s, %d processors, %s, load average %.1f at start%n%s %s, Java %s, ONNX Runtime %s, llama.cpp %s (%s)",
                model,
                processors,
                flags,
                load,
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.version(),
                runtimeVersion(),
                LlamaInstall.RELEASE,
                LlamaInstall.PACKAGE));
    }

    /** From the jar's name: asking the runtime would create its environment, which DJL insists on doing. */
    private static String runtimeVersion() {
        String jar = String.valueOf(ai.onnxruntime.OrtSession.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation());
        return jar.replaceFirst(".*/onnxruntime-", "").replaceFirst("\\.jar$", "");
    }

    private static List<String> lines(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            // The description is for the reader; a machine that hides its processor is measured all the same.
            return List.of();
        }
    }

    private static String value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("unknown processor");
    }
}
