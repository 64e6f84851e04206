package io.insula.inference.engine.tensorrt;

import io.insula.inference.graph.tensorrt.Dialect;
import io.insula.inference.graph.tensorrt.WeightForm;
import java.nio.file.Path;

/**
 * How a decoder's plan is built, which takes minutes, and where it is kept.
 *
 * @param dialect which of TensorRT's layers the network is made of
 * @param weights how the matrices are kept; all but PLAIN lose a little
 * @param chunk tokens of a prompt that one run takes
 * @param scored the most tokens whose logits a prompt is scored with at once
 * @param candidates the likeliest tokens that a step tells of each row
 * @param optimizationLevel how long the builder searches, 0..5
 * @param folder of the plans, and of what was measured while they were built
 * @param folderBytes what plans may take there; those unused for longest are deleted
 */
public record PlanConfig(
        Dialect dialect,
        WeightForm weights,
        int chunk,
        int scored,
        int candidates,
        int optimizationLevel,
        Path folder,
        long folderBytes) {

    private static final int MOST_CHUNK = 8192;
    private static final int LEAST_SCORED = 4;
    private static final int MOST_SCORED = 64;
    private static final int MOST_CANDIDATES = 1024;
    private static final int HIGHEST_LEVEL = 5;
    private static final long LEAST_FOLDER = 1L << 20;

    public PlanConfig {
        check("chunk", chunk, chunk >= LEAST_SCORED && chunk <= MOST_CHUNK, LEAST_SCORED + ".." + MOST_CHUNK);
        int mostScored = Math.min(MOST_SCORED, chunk);
        check("scored", scored, scored >= LEAST_SCORED && scored <= mostScored, LEAST_SCORED + ".." + mostScored);
        check("candidates", candidates, candidates >= 1 && candidates <= MOST_CANDIDATES, "1.." + MOST_CANDIDATES);
        check(
                "optimizationLevel",
                optimizationLevel,
                optimizationLevel >= 0 && optimizationLevel <= HIGHEST_LEVEL,
                "0.." + HIGHEST_LEVEL);
        check("folderBytes", folderBytes, folderBytes >= LEAST_FOLDER, ">= " + LEAST_FOLDER);
    }

    /** Plain operations, which every version of TensorRT has; chunks of 512 tokens; 128 GiB of plans. */
    public static PlanConfig defaults(Path folder) {
        return new PlanConfig(Dialect.PORTABLE, WeightForm.PLAIN, 512, 16, 64, 3, folder, 128L << 30);
    }

    private static void check(String name, long value, boolean valid, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
