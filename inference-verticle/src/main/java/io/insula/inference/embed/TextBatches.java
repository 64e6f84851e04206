package io.insula.inference.embed;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Cuts texts into batches of alike lengths, so that little is computed for padding. */
final class TextBatches {

    private TextBatches() {}

    /**
     * Indices of the texts, batch by batch; every text is in one batch.
     *
     * @param batchTokens the most tokens of a batch, padding included; a longer text is a batch of its own
     */
    static List<List<Integer>> of(List<int[]> texts, int batchTokens) {
        List<Integer> byLength = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparingInt((Integer index) -> texts.get(index).length))
                .toList();
        List<List<Integer>> batches = new ArrayList<>();
        List<Integer> batch = new ArrayList<>();
        for (int index : byLength) {
            long width = texts.get(index).length;
            if (!batch.isEmpty() && (batch.size() + 1) * width > batchTokens) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(index);
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }
}
