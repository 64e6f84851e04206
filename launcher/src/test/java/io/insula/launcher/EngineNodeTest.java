package io.insula.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.config.Settings;
import io.insula.launcher.engine.EnginePlaces;
import io.insula.launcher.engine.FakeGpus;
import io.insula.protocol.NodeDepartures;
import io.insula.protocol.NodeId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EngineNodeTest {

    private static final NodeId PROCESS = new NodeId("node-0123456789abcdef");
    private static final InsulaConfig CONFIG = InsulaConfig.from(Settings.of(Map.of(), Map.of()));

    private static List<EngineNode> nodes(int gpus) {
        return EngineNode.of(PROCESS, new EnginePlaces(CONFIG, Path.of("plans"), FakeGpus.of(gpus)).choose(() -> {}));
    }

    @Test
    void aSingleDeviceHasTheProcessesNameAndSeveralHaveTheirOwn() {
        assertThat(nodes(0)).extracting(EngineNode::id).containsExactly(PROCESS);
        assertThat(nodes(1)).extracting(EngineNode::id).containsExactly(PROCESS);
        assertThat(nodes(16))
                .extracting(node -> node.id().value())
                .hasSize(16)
                .startsWith("node-0123456789abcdef-gpu0", "node-0123456789abcdef-gpu1")
                .endsWith("node-0123456789abcdef-gpu15");
    }

    @Test
    void everyAddressOfEveryNodeIsLookedAfterOnce() {
        try (LifeCycle parts = new LifeCycle()) {
            InferenceRole one = new InferenceRole(PROCESS, nodes(1), CONFIG, NodeDepartures.NONE, parts);
            assertThat(one.addresses())
                    .containsExactly(
                            "inference.node-0123456789abcdef.admit",
                            "inference.node-0123456789abcdef.control",
                            "inference.node-0123456789abcdef.embed",
                            "api.status");
            InferenceRole two = new InferenceRole(PROCESS, nodes(2), CONFIG, NodeDepartures.NONE, parts);
            assertThat(two.addresses())
                    .containsExactly(
                            "inference.node-0123456789abcdef-gpu0.admit",
                            "inference.node-0123456789abcdef-gpu0.control",
                            "inference.node-0123456789abcdef-gpu0.embed",
                            "inference.node-0123456789abcdef-gpu1.admit",
                            "inference.node-0123456789abcdef-gpu1.control",
                            "inference.node-0123456789abcdef-gpu1.embed",
                            "api.status");
        }
    }
}
