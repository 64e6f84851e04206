package io.insula.inference.engine.tensorrt;

import io.insula.inference.graph.DecoderShape;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What an engine allocates beside its weights, known before it allocates anything.
 *
 * @param layout of the cache
 * @param slotTokens tokens that one slot holds
 * @param rows the most rows whose logits one step tells
 * @param stepTokens the most tokens of one step
 * @param vocabulary logits of each row
 * @param candidates the likeliest tokens that are told of each row
 * @param activationBytes what the plan's runs need
 */
record MemoryEstimate(
        CacheLayout layout,
        int slotTokens,
        int rows,
        int stepTokens,
        int vocabulary,
        int candidates,
        long activationBytes) {

    /** Tokens of a slot that go to or come from the host at once. */
    static final int PIECE = 64;

    private static final int NUMBER_BYTES = 4;
    private static final int PIECES = 2;

    /** What as many slots of that length take. */
    static MemoryEstimate of(DecoderShape decoder, PlanSignature plan, int slots, int slotTokens, int leastBucket) {
        int least = Math.max(leastBucket, plan.leastLength());
        CacheLayout layout = CacheLayout.of(decoder, plan.elementBytes(), slots, least, slotTokens);
        if (plan.fixedLength()) {
            layout = layout.withFixedLength(plan.mostLength());
        }
        return new MemoryEstimate(
                layout,
                slotTokens,
                Math.max(slots, plan.scored()),
                Math.max(slots, plan.chunk()),
                decoder.vocabulary(),
                plan.candidates(),
                plan.activationBytes());
    }

    long cacheBytes() {
        return Math.max(1, layout.bytes(layout.buckets().most()));
    }

    /** For new keys and values of a step, for pieces on the way to and from the host, and for laying out the cache anew. */
    long stagingBytes() {
        long decode = BatchBuckets.of(layout.slots()).rows().stream()
                .mapToLong(batch -> layout.stepBytes(batch, 1))
                .max()
                .orElse(0);
        long prefill = IntStream.rangeClosed(1, stepTokens)
                .mapToLong(tokens -> layout.stepBytes(1, tokens))
                .max()
                .orElse(0);
        long head = (long) layout.buckets().most() * layout.rowBytes();
        return LongStream.of(decode, prefill, pieceBytes(), head).max().orElse(0);
    }

    long pieceBytes() {
        return Math.max(1, PIECE * layout.tokenBytes());
    }

    long tokensBytes() {
        return aligned((long) stepTokens * NUMBER_BYTES);
    }

    long rowNumbersBytes() {
        return aligned((long) rows * NUMBER_BYTES);
    }

    /** Tokens, then the rows' numbers of cached tokens, then the indices of the tokens whose logits are wanted. */
    long inputBytes() {
        return tokensBytes() + 2 * rowNumbersBytes();
    }

    long logitsBytes() {
        return (long) rows * vocabulary * NUMBER_BYTES;
    }

    /** What a step tells of so many rows. */
    AnswerLayout answer(int wanted) {
        return new AnswerLayout(wanted, candidates);
    }

    long answerBytes() {
        return answer(rows).bytes();
    }

    /** One row of logits, of the host. */
    long rowBytes() {
        return (long) vocabulary * NUMBER_BYTES;
    }

    /** Of the device. */
    long deviceBytes() {
        return cacheBytes()
                + stagingBytes()
                + inputBytes()
                + logitsBytes()
                + answerBytes()
                + Math.max(1, activationBytes);
    }

    /** Page-locked, of the host. */
    long pinnedBytes() {
        return inputBytes() + rowBytes() + answerBytes() + PIECES * pieceBytes();
    }

    private static long aligned(long bytes) {
        return Math.ceilDiv(bytes, CacheLayout.ALIGNMENT) * (long) CacheLayout.ALIGNMENT;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d slots x %d tokens, %d MiB; steps %d MiB, activations %d MiB; page-locked %d MiB of the host",
                layout.slots(),
                slotTokens,
                cacheBytes() >> 20,
                (deviceBytes() - cacheBytes() - activationBytes) >> 20,
                activationBytes >> 20,
                pinnedBytes() >> 20);
    }
}
