package io.insula.bench.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.bench.ChildProcess;
import io.insula.bench.cluster.BenchCluster.Layout;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class BenchClusterIT {

    @TempDir
    private Path folder;

    @Test
    void streamsOfPacedEnginesComeWholeThroughRealNodes() throws Exception {
        try (BenchDatabase database = BenchDatabase.start(folder);
                BenchCluster cluster =
                        BenchCluster.start(folder, database, new Layout(1, 1, 1, 1), List.of("-Xmx256m"));
                ChildProcess client = ChildProcess.java(HeldStreams.class, folder, List.of())) {
            JsonObject opened = new JsonObject(client.ask(cluster.target()
                    .put("open", 20)
                    .put("tokens", 40)
                    .put("per_event", 1)
                    .encode()));
            JsonObject ended = new JsonObject(
                    client.ask(new JsonObject().put("await", 60_000).encode()));

            assertThat(opened.containsKey("failure")).as(opened.encode()).isFalse();
            assertThat(ended.getInteger("streams")).isEqualTo(20);
            assertThat(ended.getInteger("whole")).isEqualTo(20);
            assertThat(ended.getLong("events")).isGreaterThanOrEqualTo(20 * 40);
            assertThat(cluster.nodeMicros()).isPositive();
            assertThat(cluster.nodeBytes()).isPositive();
        }
    }
}
