package io.insula.chaos.fault;

import io.insula.chaos.house.Network;
import io.insula.chaos.house.NodeProcess;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** What happens to the network between nodes; their database stays in reach. */
final class NetworkFaults {

    private static final Duration SPLIT = Duration.ofSeconds(20);

    /** A node that is not heard for 30 s gives itself up, and may take some seconds to notice and to end. */
    private static final Duration GIVING_UP = Duration.ofSeconds(60);

    /** How a node ends that wants to be started again. */
    private static final int TEMPORARY_FAILURE = 75;

    private NetworkFaults() {}

    static void cut(Stage stage) {
        NodeProcess engine = stage.anyEngine();
        stage.breaks("cut " + engine + " off");
        lose(stage, List.of(engine), others(stage, engine));
        lose(stage, others(stage, engine), List.of(engine));
        healAfter(stage, EngineFaults.ABSENCE);
    }

    static void cutOut(Stage stage) {
        NodeProcess engine = stage.anyEngine();
        stage.breaks("lose what " + engine + " sends");
        lose(stage, List.of(engine), others(stage, engine));
        healAfter(stage, EngineFaults.ABSENCE);
    }

    static void cutIn(Stage stage) {
        NodeProcess engine = stage.anyEngine();
        stage.breaks("lose what is sent to " + engine);
        lose(stage, others(stage, engine), List.of(engine));
        healAfter(stage, EngineFaults.ABSENCE);
    }

    /**
     * Nothing arrives at an engine's event bus, while it stays a member: it must end by itself, and serve again when it was
     * started again, as its supervisor does.
     */
    static void deafen(Stage stage) {
        NodeProcess engine = stage.anyEngine();
        Network network = stage.house().network();
        stage.breaks("deafen " + engine);
        others(stage, engine).forEach(other -> network.cutBus(other, engine));
        OptionalInt status = engine.awaitEnd(GIVING_UP);
        if (status.isEmpty() || status.getAsInt() != TEMPORARY_FAILURE) {
            stage.complain(engine + " was not heard for " + GIVING_UP.toSeconds() + " s and "
                    + (status.isEmpty() ? "went on" : "ended with status " + status.getAsInt())
                    + " (expected: its end with status " + TEMPORARY_FAILURE + ")");
        }
        others(stage, engine).forEach(other -> network.healBus(other, engine));
        if (status.isPresent()) {
            engine.start();
            stage.house().awaitReady(engine);
        }
        stage.mends(engine + " is back");
    }

    /** An HTTP node and an engine on one side, everybody else on the other. */
    static void split(Stage stage) {
        NodeProcess engine = stage.anyEngine();
        NodeProcess api = stage.anyOf(stage.house().apis(), 1).getFirst();
        List<NodeProcess> one = List.of(engine, api);
        List<NodeProcess> other = stage.house().nodes().stream()
                .filter(node -> !one.contains(node))
                .toList();
        stage.breaks("split " + one + " from " + other);
        lose(stage, one, other);
        lose(stage, other, one);
        healAfter(stage, SPLIT);
    }

    private static List<NodeProcess> others(Stage stage, NodeProcess node) {
        return stage.house().nodes().stream().filter(other -> other != node).toList();
    }

    private static void lose(Stage stage, List<NodeProcess> from, List<NodeProcess> to) {
        Network network = stage.house().network();
        Stream.of(from)
                .flatMap(List::stream)
                .forEach(sender -> to.forEach(receiver -> network.cut(sender.name(), receiver.name())));
    }

    private static void healAfter(Stage stage, Duration duration) {
        stage.pause(duration);
        stage.house().network().heal();
        stage.mends("the network is whole again");
    }
}
