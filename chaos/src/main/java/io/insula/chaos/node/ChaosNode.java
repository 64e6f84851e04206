package io.insula.chaos.node;

import io.insula.launcher.Insula;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The program's own command line, around engines that suffer. Ends with the program that started it. */
public final class ChaosNode {

    /** System property: the folder whose files say what the engine suffers. */
    public static final String CONTROLS = "insula.chaos.controls";

    /** System property: how many milliseconds a decode step is delayed. */
    public static final String PACE = "insula.chaos.pace";

    /** What an engine can suffer. */
    public enum Control {
        /** Every call fails. */
        THROW,
        /** The next call does not return. */
        STALL;

        /** The file whose existence says so. */
        public String fileName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private ChaosNode() {}

    public static void main(String[] arguments) {
        Path controls = Path.of(System.getProperty(CONTROLS));
        long paceNanos = TimeUnit.MILLISECONDS.toNanos(Long.getLong(PACE, 0));
        Thread.ofPlatform().daemon().name("parent").start(ChaosNode::endWithParent);
        System.exit(Insula.run(arguments, engine -> new SufferingEngine(engine, controls, paceNanos)));
    }

    /** Whoever started this holds the other end of the standard input, and nothing is ever said there. */
    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is said to a node but the end.
            }
        } catch (IOException e) {
            // The pipe is broken: the parent is gone.
        }
        Runtime.getRuntime().halt(1);
    }
}
