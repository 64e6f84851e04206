package io.insula.inference.engine;

import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.weights.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/**
 * A process whose first engine has as many threads as its argument says: prints which engines made threads of their own, and
 * whether all of them compute the same.
 */
final class SharedThreadsProcess {

    private static final int STEPS = 20;
    private static final int ROWS = 4;

    private SharedThreadsProcess() {}

    public static void main(String[] arguments) throws Exception {
        int threads = Integer.parseInt(arguments[0]);
        EngineConfig config = EngineConfig.defaults().withSlots(ROWS, 150).withThreads(threads);
        // As many heads as the most threads, so that none are lowered.
        DecoderShape wide = new DecoderShape(2, 32, 4, 16, 512, 96, 101, 160, 10_000, RopeLayout.INTERLEAVED, 1e-5);
        DecoderDescription decoder = TinyModels.of(wide, TensorType.Q4_1, TinyModels.SEED);
        DecoderDescription fourHeads = TinyModels.of(TensorType.Q4_1);
        try (DecoderEngine first = load("first", decoder, config);
                DecoderEngine second = load("second", decoder, config);
                DecoderEngine spinning = load("spinning", decoder, config.withAllowSpinning(true));
                DecoderEngine narrow = load("narrow", fourHeads, config)) {
            List<float[]> expected = decode(spinning, ROWS);
            List<float[]> alone = decode(second, 1);
            CompletableFuture<List<float[]>> beside = CompletableFuture.supplyAsync(() -> decode(first, ROWS));
            CompletableFuture<List<float[]>> narrowly = CompletableFuture.supplyAsync(() -> decode(narrow, ROWS));
            List<float[]> together = decode(second, ROWS);
            print("same bits beside another model", same(expected, together) && same(expected, beside.join()));
            print("same bits alone", same(expected, alone));
            print("same bits of four heads", same(narrowly.join(), decode(narrow, 1)));
        }
    }

    /** Loads an engine and prints how many threads that made. */
    private static DecoderEngine load(String name, DecoderDescription decoder, EngineConfig config) throws Exception {
        String loader = name + " loads";
        FutureTask<DecoderEngine> loading = new FutureTask<>(() -> OnnxDecoderEngine.load(decoder, config));
        FutureTask<Long> counting = new FutureTask<>(() -> threadsOf(loader) - 1);
        Thread.ofPlatform()
                .name(loader)
                .start(() -> Stream.of(loading, counting).forEach(FutureTask::run));
        print(name, counting.get());
        return loading.get();
    }

    /** Threads that a native library makes have the name of the thread that made them. */
    private static long threadsOf(String maker) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> name(task).equals(maker)).count();
        }
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException gone) {
            return "";
        }
    }

    /** The first row's logits after each of some tokens behind a prompt, with other prompts beside it. */
    private static List<float[]> decode(DecoderEngine engine, int rows) {
        for (int slot = 0; slot < rows; slot++) {
            engine.clear(slot);
            int[] prompt = new int[60 + slot];
            Arrays.setAll(prompt, i -> i * 7 % engine.shape().vocabulary());
            engine.prefill(slot, prompt, 0, slot == 0 ? 60 : prompt.length);
        }
        List<float[]> logits = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            int[] tokens = new int[rows];
            Arrays.fill(tokens, 3 * step);
            logits.add(engine.decode(rows, tokens).row(0));
        }
        return logits;
    }

    private static boolean same(List<float[]> one, List<float[]> other) {
        return Arrays.deepEquals(one.toArray(), other.toArray());
    }

    private static void print(String name, Object value) {
        System.out.println(name + ": " + value);
    }
}
