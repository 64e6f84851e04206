package io.insula.chaos.fault;

import io.insula.chaos.house.NodeProcess;
import io.insula.chaos.node.ChaosNode.Control;
import java.time.Duration;
import java.util.List;

/** What happens to engines. */
final class EngineFaults {

    /** Longer than it may take to notice it, so that what wakes has been given up. */
    static final Duration ABSENCE = Duration.ofSeconds(12);

    private static final int PAUSES = 3;
    /** When the others are about to give an engine up that says nothing. */
    private static final Duration ALMOST_GIVEN_UP = Duration.ofMillis(3200);

    /** Within which they do, and what it was doing is computed elsewhere. */
    private static final Duration TAKEN_OVER = Duration.ofMillis(1500);

    /** Until it serves again as before. */
    private static final Duration RECOVERED = Duration.ofSeconds(4);

    private static final Duration BETWEEN = Duration.ofMillis(1500);

    private EngineFaults() {}

    static void kill(Stage stage) {
        NodeProcess engine = stage.anyEngine();
        stage.breaks("kill -9 " + engine);
        engine.kill();
    }

    static void killTwo(Stage stage) {
        List<NodeProcess> engines = stage.anyOf(stage.house().engines(), 2);
        stage.breaks("kill -9 " + engines.getFirst());
        engines.getFirst().kill();
        stage.pauseUpTo(BETWEEN);
        stage.breaks("kill -9 " + engines.getLast());
        engines.getLast().kill();
    }

    /** Wakes while what it was doing may still be done elsewhere: its late frames meet those of who took over. */
    static void pause(Stage stage) {
        for (int time = 0; time < PAUSES; time++) {
            NodeProcess engine = stage.anyEngine();
            stage.breaks("stop " + engine + " where it stands");
            engine.pause();
            stage.pause(ALMOST_GIVEN_UP);
            stage.pauseUpTo(TAKEN_OVER);
            stage.mends("wake " + engine);
            engine.wake();
            stage.pause(RECOVERED);
        }
    }

    static void fail(Stage stage) {
        suffer(stage, Control.THROW, Duration.ofSeconds(1), "the engine of %s fails");
    }

    static void stall(Stage stage) {
        suffer(stage, Control.STALL, ABSENCE, "the device of %s stalls");
    }

    private static void suffer(Stage stage, Control control, Duration duration, String what) {
        NodeProcess engine = stage.anyEngine();
        stage.breaks(String.format(what, engine));
        engine.inflict(control);
        stage.pause(duration);
        stage.mends(engine + " is well again");
        engine.relieve(control);
    }
}
