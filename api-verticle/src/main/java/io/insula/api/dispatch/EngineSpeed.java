package io.insula.api.dispatch;

/**
 * How fast an engine decodes when nothing slows it down: what it reports, without the ups and downs of its load.
 *
 * <p>The fastest of late counts, and changes only by much: which engine leads for an assistant should not change with every
 * status.
 *
 * <p><b>Units:</b> tokens a second of one stream; 0 while unknown.
 */
final class EngineSpeed {

    /** Of the fastest speed, each status: half of it after about two minutes. */
    private static final double KEPT = 0.994;

    private static final double MUCH = 1.5;

    private double fastest;
    private double used;

    void reported(int tokensPerSecond) {
        if (tokensPerSecond <= 0) {
            return;
        }
        fastest = Math.max(tokensPerSecond, fastest * KEPT);
        if (used == 0 || fastest > used * MUCH || fastest * MUCH < used) {
            used = fastest;
        }
    }

    double tokensPerSecond() {
        return used;
    }
}
