package io.insula.chaos.fault;

import io.insula.chaos.house.NodeProcess;
import io.insula.chaos.node.ChaosNode.Control;
import java.time.Duration;
import java.util.List;

/** What happens to engines. */
final class EngineFaults {

    /** Longer than it may take to notice it, so that what wakes has been given up. */
    static final Duration ABSENCE = Duration.ofSeconds(12);

    private static final Duration BETWEEN = Duration.ofMillis(1500);

    private EngineFaults() {}

    static void kill(Stage stage) {
        NodeProcess engine = stage.anyEngine();
        stage.now("kill -9 " + engine);
        engine.kill();
    }

    static void killTwo(Stage stage) {
        List<NodeProcess> engines = stage.anyOf(stage.house().engines(), 2);
        stage.now("kill -9 " + engines.getFirst());
        engines.getFirst().kill();
        stage.pauseUpTo(BETWEEN);
        stage.now("kill -9 " + engines.getLast());
        engines.getLast().kill();
    }

    static void pause(Stage stage) {
        NodeProcess engine = stage.anyEngine();
        stage.now("stop " + engine + " where it stands");
        engine.pause();
        stage.pause(ABSENCE);
        stage.now("wake " + engine);
        engine.wake();
    }

    static void fail(Stage stage) {
        suffer(stage, Control.THROW, Duration.ofSeconds(1), "the engine of %s fails");
    }

    static void stall(Stage stage) {
        suffer(stage, Control.STALL, ABSENCE, "the device of %s stalls");
    }

    private static void suffer(Stage stage, Control control, Duration duration, String what) {
        NodeProcess engine = stage.anyEngine();
        stage.now(String.format(what, engine));
        engine.inflict(control);
        stage.pause(duration);
        stage.now(engine + " is well again");
        engine.relieve(control);
    }
}
