package io.insula.bench.gpu;

/**
 * What a device does apart from any model, measured in the run that uses it.
 *
 * @param copyBytesPerSecond read and written by a copy within the device
 * @param operationsPerSecond of a large product of bfloat16 matrices, multiplications and additions
 * @param hostBytesPerSecond of a copy to page-locked memory of the host
 * @param launchSeconds of the least step there is: numbers to the device, one launch of a graph, numbers back, and the wait for them
 * @param rowSeconds that a copy of one row's new keys and values adds
 */
record DeviceFigures(
        double copyBytesPerSecond,
        double operationsPerSecond,
        double hostBytesPerSecond,
        double launchSeconds,
        double rowSeconds) {

    DeviceFigures {
        check("copyBytesPerSecond", copyBytesPerSecond, copyBytesPerSecond > 0);
        check("operationsPerSecond", operationsPerSecond, operationsPerSecond > 0);
        check("hostBytesPerSecond", hostBytesPerSecond, hostBytesPerSecond > 0);
        check("launchSeconds", launchSeconds, launchSeconds >= 0);
        check("rowSeconds", rowSeconds, rowSeconds >= 0);
    }

    private static void check(String name, double value, boolean valid) {
        if (!valid || !Double.isFinite(value)) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: a positive number)");
        }
    }
}
