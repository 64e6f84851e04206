package io.insula.launcher.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.EngineStatus;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is told of a process that has an inference node for each of its devices. */
class RosterTest {

    private static final NodeId PROCESS = new NodeId("node-1");
    private static final NodeId FIRST = new NodeId("node-1-gpu0");
    private static final NodeId SECOND = new NodeId("node-1-gpu1");

    private long nowNanos;

    private Roster roster(NodeDescription member) {
        return new Roster(
                new NodeId("asked"), () -> List.of(member), () -> nowNanos, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    }

    private static NodeDescription process(List<NodeId> engines) {
        return new NodeDescription(PROCESS, List.of("inference"), "1", Instant.EPOCH, "", "host:1", engines);
    }

    private static EngineStatus status(NodeId node, int freeSlots, boolean draining) {
        ModelStatus model = new ModelStatus(new ModelName("m"), "f", 100, 4, freeSlots, 0, 0, 8, 0);
        return new EngineStatus(node, 3, draining, List.of(model), List.of(), 1);
    }

    private static JsonObject only(Roster roster) {
        return roster.nodes().getJsonArray("nodes").getJsonObject(0);
    }

    @Test
    void aProcessIsReadyOnceAllOfItsDevicesAreHeardAndTellsTheirModels() {
        Roster roster = roster(process(List.of(FIRST, SECOND)));
        roster.heard(status(FIRST, 3, false));
        assertThat(only(roster).getString("state")).isEqualTo("silent");
        roster.heard(status(SECOND, 1, false));
        JsonObject node = only(roster);
        assertThat(node.getString("state")).isEqualTo("ready");
        assertThat(node.getString("node")).isEqualTo("node-1");
        assertThat(node.getJsonArray("models").stream().map(JsonObject.class::cast))
                .extracting(model -> model.getString("engine"), model -> model.getInteger("free_slots"))
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("node-1-gpu0", 3),
                        org.assertj.core.groups.Tuple.tuple("node-1-gpu1", 1));
        roster.heard(status(SECOND, 1, true));
        assertThat(only(roster).getString("state")).isEqualTo("draining");
        nowNanos += TimeUnit.SECONDS.toNanos(2);
        roster.heard(status(FIRST, 3, false));
        nowNanos += TimeUnit.SECONDS.toNanos(2);
        assertThat(only(roster).getString("state"))
                .as("one device is no longer heard")
                .isEqualTo("silent");
    }

    @Test
    void aProcessOfOneDeviceSpeaksUnderItsOwnName() {
        NodeDescription alone =
                new NodeDescription(PROCESS, List.of("api", "inference"), "1", Instant.EPOCH, "", "host:1");
        assertThat(alone.engines()).containsExactly(PROCESS);
        assertThat(alone.names()).containsExactly(PROCESS);
        assertThat(process(List.of(FIRST, SECOND)).names()).isEqualTo(Set.of(PROCESS, FIRST, SECOND));
        Roster roster = roster(new NodeDescription(PROCESS, List.of("inference"), "1", Instant.EPOCH, "", "host:1"));
        roster.heard(status(PROCESS, 3, false));
        JsonObject node = only(roster);
        assertThat(node.getString("state")).isEqualTo("ready");
        assertThat(node.getJsonArray("models").getJsonObject(0).containsKey("engine"))
                .isFalse();
    }
}
