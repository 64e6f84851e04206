package io.insula.inference.embed;

import io.insula.protocol.EmbedReply.Embedded;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One command's texts on their way through the queue.
 *
 * @param texts the tokens of each
 * @param arrivedNanos when it was queued
 * @param answer completed on the device thread
 */
record EmbeddingJob(List<int[]> texts, long arrivedNanos, CompletableFuture<Embedded> answer) {

    int tokens() {
        return texts.stream().mapToInt(text -> text.length).sum();
    }
}
