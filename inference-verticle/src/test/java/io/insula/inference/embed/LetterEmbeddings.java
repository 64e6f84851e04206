package io.insula.inference.embed;

import io.insula.protocol.EmbeddingVector;
import io.insula.protocol.ModelName;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** An embedding model whose tokens are letters and whose vectors name length and first letter; can be held and broken. */
final class LetterEmbeddings implements EmbeddingEngine {

    static final ModelName NAME = new ModelName("letters");

    final AtomicInteger loads = new AtomicInteger();
    /** Runs need a permit. */
    final Semaphore permits = new Semaphore(1_000_000);

    volatile boolean loadsFail;
    volatile boolean runsFail;

    EmbeddingModel model() {
        return new EmbeddingModel(
                List.of(NAME, new ModelName("other-name")),
                "letters-1",
                2,
                512,
                () -> new TextEncoder() {
                    @Override
                    public int[] encode(String text) {
                        return text.chars().toArray();
                    }

                    @Override
                    public void close() {
                        // Nothing is open.
                    }
                },
                () -> {
                    loads.incrementAndGet();
                    if (loadsFail) {
                        throw new EmbeddingException("it does not load");
                    }
                    return this;
                });
    }

    static EmbeddingVector vector(String text) {
        return EmbeddingVector.of(text.length(), text.charAt(0));
    }

    @Override
    public List<EmbeddingVector> embed(List<int[]> batch) {
        if (batch.getFirst()[0] != 0) {
            permits.acquireUninterruptibly();
            if (runsFail) {
                throw new UnsatisfiedLinkError("broken for a test");
            }
        }
        return batch.stream()
                .map(text -> EmbeddingVector.of(text.length, text[0]))
                .toList();
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
