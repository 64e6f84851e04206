package io.insula.chaos.fault;

import io.insula.chaos.house.NodeProcess;
import io.insula.chaos.load.Reply;
import java.time.Duration;
import java.util.List;

/** What happens to whole nodes and to what they stand on. */
final class NodeFaults {

    private static final Duration NOTICED = Duration.ofSeconds(2);
    private static final int UNAVAILABLE = 503;

    private NodeFaults() {}

    /** Nodes are started in their order, so the first that has not been restarted is the oldest; it comes back as the youngest. */
    static void stopOldest(Stage stage) {
        NodeProcess oldest = stage.house().oldest();
        stage.breaks("stop " + oldest);
        oldest.stop();
    }

    static void killHttp(Stage stage) {
        NodeProcess api = stage.anyOf(stage.house().apis(), 1).getFirst();
        stage.breaks("kill -9 " + api);
        stage.lose(api);
        api.kill();
    }

    static void restartAll(Stage stage) {
        for (NodeProcess node : stage.house().nodes()) {
            stage.breaks("restart " + node);
            node.stop();
            node.start();
            stage.house().awaitReady(node);
        }
        stage.mends("all nodes are new");
    }

    static void stopDatabase(Stage stage) {
        stage.breaks("stop the database");
        stage.house().database().stop();
        stage.pause(stage.outage());
        stage.house().database().start();
        stage.mends("the database is back");
    }

    static void killAllEngines(Stage stage) {
        List<NodeProcess> engines = stage.house().engines();
        stage.breaks("kill -9 " + engines);
        engines.forEach(NodeProcess::kill);
        // A process takes some seconds to start: meanwhile nobody is left.
        NodeProcess back = stage.anyOf(engines, 1).getFirst();
        back.start();
        stage.pause(NOTICED);
        Reply reply = stage.ask();
        if (reply.status() != UNAVAILABLE || !String.valueOf(reply.failure()).contains("Retry-After 1")) {
            stage.complain("A new request without an engine: expected 503 with Retry-After, got status "
                    + reply.status() + ", " + reply.failure());
        }
        stage.house().awaitReady(back);
        stage.mends(back + " is back");
    }
}
