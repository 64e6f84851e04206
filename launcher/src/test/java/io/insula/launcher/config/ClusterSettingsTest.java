package io.insula.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.launcher.cluster.ClusterConfig;
import io.insula.launcher.cluster.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterSettingsTest {

    private static ClusterConfig read(Map<String, String> settings) {
        return ClusterSettings.cluster(Settings.of(settings, Map.of()));
    }

    @Test
    void isNoClusterWhereNothingIsSet() {
        assertThat(read(Map.of()).isClustered()).isFalse();
    }

    @Test
    void readsAListWithBlanks() {
        ClusterConfig config = read(Map.of("cluster.members", "10.0.0.1:5701, 10.0.0.2"));

        assertThat(config.isClustered()).isTrue();
        assertThat(config.members()).containsExactly(new Endpoint("10.0.0.1", 5701), new Endpoint("10.0.0.2", 5701));
    }

    @Test
    void namesTheMemberThatIsNone() {
        assertThatThrownBy(() -> read(Map.of("cluster.members", "10.0.0.1:5701,10.0.0.2:x")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("cluster.members: '10.0.0.2:x' (expected: host:port)");
    }

    @Test
    void refusesTwoWaysOfFindingOthers() {
        assertThatThrownBy(() -> read(Map.of("cluster.members", "10.0.0.1", "cluster.service-dns", "nodes")))
                .hasMessageContaining("one of the two");
    }

    @Test
    void takesTlsWholeOrNotAtAll(@TempDir Path directory) throws Exception {
        String file = Files.writeString(directory.resolve("a.pem"), "x").toString();

        assertThatThrownBy(() -> read(Map.of("cluster.tls.certificate", file, "cluster.tls.ca", file)))
                .hasMessageContaining("cluster.tls.key is missing");
        assertThatThrownBy(() -> read(Map.of("cluster.tls.key", file)))
                .hasMessageContaining("cluster.tls.certificate is missing");
        assertThatThrownBy(() -> read(
                        Map.of("cluster.tls.certificate", file, "cluster.tls.key", file, "cluster.tls.ca", file + "x")))
                .hasMessage("cluster.tls.ca: " + file + "x (expected: a PEM file that can be read)");
        assertThat(read(Map.of("cluster.tls.certificate", file, "cluster.tls.key", file, "cluster.tls.ca", file))
                        .tls())
                .isPresent();
    }
}
