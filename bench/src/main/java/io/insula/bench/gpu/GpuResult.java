package io.insula.bench.gpu;

import org.jspecify.annotations.Nullable;

/**
 * What came of a case: predicted, measured and a peer's, each in tokens a second of all sequences together.
 *
 * @param measured what was done
 * @param tokens of one step, or of one prompt
 * @param predicted made before anything of the case was run
 * @param seconds of one step, or of one prompt
 * @param copyBytesPerSecond the device's own, of the same run
 * @param operationsPerSecond the device's own, of the same run
 * @param peer a peer's tokens a second, or null where it was not run
 */
record GpuResult(
        GpuCase measured,
        int tokens,
        Prediction predicted,
        double seconds,
        double copyBytesPerSecond,
        double operationsPerSecond,
        @Nullable Double peer) {

    double predictedRate() {
        return tokens / predicted.seconds();
    }

    double rate() {
        return tokens / seconds;
    }

    /** How much of what was predicted was reached. */
    double ofPrediction() {
        return predicted.seconds() / seconds;
    }

    double usefulBytesPerSecond() {
        return predicted.bytes() / seconds;
    }

    double ofCopyBandwidth() {
        return usefulBytesPerSecond() / copyBytesPerSecond;
    }

    double ofProductSpeed() {
        return predicted.operations() / seconds / operationsPerSecond;
    }

    GpuResult beside(double peerRate) {
        return new GpuResult(measured, tokens, predicted, seconds, copyBytesPerSecond, operationsPerSecond, peerRate);
    }
}
