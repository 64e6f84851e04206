package io.insula.bench.gpu;

import java.io.PrintWriter;
import java.util.Locale;

/** Prints what the GPU benchmark finds, line by line as it is found. */
final class GpuTable {

    private static final String LINE = "%-44s %12s %12s %7s %9s %9s %9s %9s%n";

    private static final int MOST_LAYERS = 12;

    private final PrintWriter out;
    private boolean withinLine;

    GpuTable(PrintWriter out) {
        this.out = out;
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    void device(String description, DeviceFigures device) {
        line(description);
        out.printf(
                Locale.ROOT,
                "copies %.0f GB/s, products %.1f TFLOP/s, to the host %.1f GB/s, the least step %.1f µs, a row's copy %.2f µs%n",
                device.copyBytesPerSecond() / 1e9,
                device.operationsPerSecond() / 1e12,
                device.hostBytesPerSecond() / 1e9,
                device.launchSeconds() * 1e6,
                device.rowSeconds() * 1e6);
        out.println("predicted: the slower of useful bytes at the speed of copies and operations at that of products,"
                + " and launch, rows and the largest logits");
        out.flush();
    }

    void heading() {
        out.printf(LINE, "", "predicted", "measured", "", "", "useful", "of copy", "of");
        out.printf(LINE, "", "tokens/s", "tokens/s", "ratio", "ms", "GB/s", "speed", "products");
        out.flush();
    }

    /** A case and its prediction, before it is run. */
    void predicted(GpuCase each, double tokensPerSecond) {
        out.printf(Locale.ROOT, "%-44s %12.1f", each.name(), tokensPerSecond);
        out.flush();
        withinLine = true;
    }

    /** The rest of the line. */
    void measured(GpuResult result) {
        withinLine = false;
        out.printf(
                Locale.ROOT,
                " %12.1f %7.2f %9.3f %9.1f %9.3f %9.3f%n",
                result.rate(),
                result.ofPrediction(),
                result.seconds() * 1e3,
                result.usefulBytesPerSecond() / 1e9,
                result.ofCopyBandwidth(),
                result.ofProductSpeed());
        out.flush();
    }

    /** A step's layers, those first that take most of it. */
    void layers(GpuResult measured, LayerShares shares) {
        out.printf(
                Locale.ROOT,
                "%s: %.3f ms in %d layers of a step of %.3f ms%n",
                measured.measured().name(),
                shares.millis(),
                shares.count(),
                measured.seconds() * 1e3);
        shares.shares().stream()
                .limit(MOST_LAYERS)
                .forEach(share -> out.printf(
                        Locale.ROOT,
                        "    %5.1f %% %9.4f ms %5d x %s%n",
                        100 * share.millis() / shares.millis(),
                        share.millis(),
                        share.count(),
                        share.name()));
        out.flush();
    }

    void notRun(GpuCase each, String reason) {
        if (withinLine) {
            out.println();
            withinLine = false;
        }
        out.printf("%-44s not run: %s%n", each.name(), reason);
        out.flush();
    }

    void peer(GpuResult result) {
        Double peer = result.peer();
        if (peer != null) {
            out.printf(
                    Locale.ROOT,
                    "%-44s %12.1f tokens/s, Insula %.2f times as many%n",
                    result.measured().name() + ", generate",
                    peer,
                    result.rate() / peer);
            out.flush();
        }
    }
}
