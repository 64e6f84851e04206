package io.insula.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * When the tokens of one stream arrived.
 *
 * <p><b>Units:</b> nanoseconds of {@link System#nanoTime}.
 *
 * <p><b>Thread:</b> written by one device thread, read once {@link #ended} is complete.
 */
final class StreamTimes {

    private final long began;
    private final List<Long> arrivals = new ArrayList<>();
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    StreamTimes(long began) {
        this.began = began;
    }

    void arrived(int tokens, long now) {
        for (int i = 0; i < tokens; i++) {
            arrivals.add(now);
        }
        begun.complete(null);
    }

    void end() {
        ended.complete(null);
    }

    void fail(String why) {
        BenchmarkException failure = new BenchmarkException("A stream of the benchmark failed: " + why);
        begun.completeExceptionally(failure);
        ended.completeExceptionally(failure);
    }

    /** Completes with the first token. */
    CompletableFuture<Void> begun() {
        return begun;
    }

    CompletableFuture<Void> ended() {
        return ended;
    }

    int tokens() {
        return arrivals.size();
    }

    double firstTokenMillis() {
        return (arrivals.getFirst() - began) / 1e6;
    }

    /** The waits between a token and the next, from {@code from} to before {@code to}, both by arrival. */
    double[] gapsMillis(long from, long to) {
        double[] gaps = new double[arrivals.size()];
        int count = 0;
        for (int i = 1; i < arrivals.size(); i++) {
            long at = arrivals.get(i);
            if (at - from >= 0 && at - to < 0) {
                gaps[count++] = (at - arrivals.get(i - 1)) / 1e6;
            }
        }
        return Arrays.copyOf(gaps, count);
    }

    /** The waits that ended at or after a time. */
    double[] gapsMillis(long from) {
        return gapsMillis(from, lastArrival() + 1);
    }

    long lastArrival() {
        return arrivals.getLast();
    }

    long began() {
        return began;
    }
}
