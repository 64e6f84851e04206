package io.insula.bench.gpu;

/**
 * How long a step should take: the slower of moving its bytes and computing its operations, and what is paid beside that.
 *
 * @param work of each run the slower of both, in seconds
 * @param beside launches, copies of new rows, and of the largest logits to the host, in seconds
 * @param bytes that must be moved
 * @param operations that must be computed
 */
record Prediction(double work, double beside, double bytes, double operations) {

    /** One token for each of {@code rows} sequences, which hold {@code length} tokens each. */
    static Prediction decode(DeviceFigures device, StepCost cost, int rows, double length) {
        double bytes = cost.decodeBytes(rows, length);
        double operations = cost.decodeOperations(rows, length);
        double beside =
                device.launchSeconds() + rows * (device.rowSeconds() + cost.toldBytes() / device.hostBytesPerSecond());
        return new Prediction(slower(device, bytes, operations), beside, bytes, operations);
    }

    /** A prompt in chunks, each as slow as the slower of both; the largest logits of each go to the host. */
    static Prediction prefill(DeviceFigures device, StepCost cost, int tokens, int chunk) {
        double work = 0;
        double bytes = 0;
        double operations = 0;
        for (int past = 0; past < tokens; past += chunk) {
            int count = Math.min(chunk, tokens - past);
            work += slower(device, cost.prefillBytes(past, count), cost.prefillOperations(past, count));
            bytes += cost.prefillBytes(past, count);
            operations += cost.prefillOperations(past, count);
        }
        double beside = Math.ceilDiv(tokens, chunk)
                * (device.launchSeconds() + device.rowSeconds() + cost.toldBytes() / device.hostBytesPerSecond());
        return new Prediction(work, beside, bytes, operations);
    }

    private static double slower(DeviceFigures device, double bytes, double operations) {
        return Math.max(bytes / device.copyBytesPerSecond(), operations / device.operationsPerSecond());
    }

    double seconds() {
        return work + beside;
    }
}
