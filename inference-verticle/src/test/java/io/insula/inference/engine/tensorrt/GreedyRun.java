package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Greedy answers to three prompts, side by side; they may go on in another engine, as streams do whose engine was lost. */
final class GreedyRun {

    static final int ROWS = 3;
    static final int SLOT_TOKENS = 150;
    private static final int[] PROMPTS = {5, 1, 70};

    private final List<int[]> prompts = new ArrayList<>();
    private final List<List<Integer>> answers = new ArrayList<>();

    GreedyRun(DecoderDescription decoder) {
        for (int row = 0; row < ROWS; row++) {
            prompts.add(TinyModels.tokens(decoder.shape(), PROMPTS[row], 300 + row));
            answers.add(new ArrayList<>());
        }
    }

    List<List<Integer>> answers() {
        return answers;
    }

    /** Prefills the prompts, replays what was answered so far, and answers that many tokens more. */
    GreedyRun goOn(DecoderEngine engine, int tokens) {
        int known = answers.getFirst().size();
        int[] next = new int[ROWS];
        for (int row = 0; row < ROWS; row++) {
            engine.clear(row);
            engine.prefill(row, prompts.get(row), 0, prompts.get(row).length);
            next[row] = likeliest(engine.prefillLogits().row(0));
        }
        for (int step = 0; step < known + tokens; step++) {
            for (int row = 0; row < ROWS; row++) {
                if (step < known) {
                    next[row] = answers.get(row).get(step);
                } else {
                    answers.get(row).add(next[row]);
                }
            }
            StepLogits logits = engine.decode(ROWS, Arrays.copyOf(next, ROWS));
            for (int row = 0; row < ROWS; row++) {
                next[row] = likeliest(logits.row(row));
            }
        }
        return this;
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int token = 1; token < logits.length; token++) {
            best = logits[token] > logits[best] ? token : best;
        }
        return best;
    }
}
