package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.PinnedMemory;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/** Everything that an engine allocates, as its {@link MemoryEstimate} says: once, so that addresses stay. */
final class EngineMemory {

    private final MemoryEstimate estimate;
    private final long cache;
    private final long staging;
    private final long inputs;
    private final long logits;
    private final long answer;
    private final long activations;
    private final PinnedMemory hostInputs;
    private final PinnedMemory hostAnswer;
    private final PinnedMemory hostRow;
    private final PinnedMemory[] pieces;

    /**
     * Allocates.
     *
     * @param holdings gives back what was allocated, also when this fails
     */
    EngineMemory(Cuda cuda, int device, MemoryEstimate estimate, Holdings holdings) {
        this.estimate = estimate;
        cache = onDevice(cuda, device, estimate.cacheBytes(), holdings);
        staging = onDevice(cuda, device, estimate.stagingBytes(), holdings);
        inputs = onDevice(cuda, device, estimate.inputBytes(), holdings);
        logits = onDevice(cuda, device, estimate.logitsBytes(), holdings);
        answer = onDevice(cuda, device, estimate.answerBytes(), holdings);
        activations = onDevice(cuda, device, Math.max(1, estimate.activationBytes()), holdings);
        hostInputs = onHost(cuda, estimate.inputBytes(), holdings);
        hostAnswer = onHost(cuda, estimate.answerBytes(), holdings);
        hostRow = onHost(cuda, estimate.rowBytes(), holdings);
        pieces = new PinnedMemory[] {
            onHost(cuda, estimate.pieceBytes(), holdings), onHost(cuda, estimate.pieceBytes(), holdings)
        };
    }

    private static long onDevice(Cuda cuda, int device, long bytes, Holdings holdings) {
        long address = cuda.allocate(device, bytes);
        holdings.add(() -> cuda.free(device, address));
        return address;
    }

    private static PinnedMemory onHost(Cuda cuda, long bytes, Holdings holdings) {
        PinnedMemory memory = cuda.allocatePinned(bytes);
        holdings.add(memory::close);
        return memory;
    }

    MemoryEstimate estimate() {
        return estimate;
    }

    long cache() {
        return cache;
    }

    long staging() {
        return staging;
    }

    long tokens() {
        return inputs;
    }

    long past() {
        return inputs + estimate.tokensBytes();
    }

    long wanted() {
        return past() + estimate.rowNumbersBytes();
    }

    long logits() {
        return logits;
    }

    /** What a step tells of its rows, as an {@link AnswerLayout} says. */
    long answer() {
        return answer;
    }

    long activations() {
        return activations;
    }

    /** What {@link #tokens}, {@link #past} and {@link #wanted} are copied from, in this order. */
    MemorySegment hostInputs() {
        return hostInputs.segment();
    }

    IntBuffer hostTokens() {
        return ints(0, estimate.tokensBytes());
    }

    IntBuffer hostPast() {
        return ints(estimate.tokensBytes(), estimate.rowNumbersBytes());
    }

    IntBuffer hostWanted() {
        return ints(estimate.tokensBytes() + estimate.rowNumbersBytes(), estimate.rowNumbersBytes());
    }

    private IntBuffer ints(long from, long bytes) {
        return hostInputs()
                .asSlice(from, bytes)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
    }

    /** What {@link #answer} is copied to. */
    MemorySegment hostAnswer() {
        return hostAnswer.segment();
    }

    /** What one row of {@link #logits} is copied to. */
    MemorySegment hostRow() {
        return hostRow.segment();
    }

    MemorySegment piece(int index) {
        return pieces[index].segment();
    }
}
