package io.insula.chaos;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What is run, and on what.
 *
 * @param streams clients at once, at least 1
 * @param seed of questions, victims and moments
 * @param settle how long the load goes on when a scenario has ended
 * @param outage how long the database is away in the scenario that takes it away
 * @param patience multiplies the bounds of stalls
 * @param paceMillis how much longer a decode step takes than it does
 * @param cables whether nodes get a network of their own
 * @param folder for everything that is kept: model, logs
 * @param binaries where PostgreSQL's programs are unpacked
 * @param modelHome a home of Insula that holds the starter model
 */
record ChaosOptions(
        int streams,
        long seed,
        Model model,
        Duration settle,
        Duration outage,
        double patience,
        int paceMillis,
        boolean cables,
        Path folder,
        Path binaries,
        Path modelHome) {

    static final int SHOWN_COMPLAINTS = 12;

    /** Which model answers. */
    enum Model {
        /** A random one of a few layers, made on the spot. */
        TINY("chaos-tiny", 24, 80, 3),
        /** The starter model. */
        REAL("smollm2-135m-instruct", 32, 96, 2);

        private final String modelName;
        private final int fewestTokens;
        private final int mostTokens;
        private final int rounds;

        Model(String modelName, int fewestTokens, int mostTokens, int rounds) {
            this.modelName = modelName;
            this.fewestTokens = fewestTokens;
            this.mostTokens = mostTokens;
            this.rounds = rounds;
        }

        String modelName() {
            return modelName;
        }

        int fewestTokens() {
            return fewestTokens;
        }

        int mostTokens() {
            return mostTokens;
        }

        /** Questions for each client. */
        int rounds() {
            return rounds;
        }
    }

    ChaosOptions {
        if (streams < 1 || streams > 1024) {
            throw new ChaosException("streams: " + streams + " (expected: 1..1024)");
        }
    }
}
