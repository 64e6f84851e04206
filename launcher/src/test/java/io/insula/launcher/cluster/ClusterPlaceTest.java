package io.insula.launcher.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterPlaceTest {

    private static ClusterConfig config(List<Endpoint> members, String dns, String address, int port, int busPort) {
        return new ClusterConfig(members, dns, "test", address, port, busPort, "", Optional.empty());
    }

    @Test
    void takesTheAddressOfThisMachineThatTheListNames() {
        ClusterPlace place = ClusterPlace.of(
                config(List.of(new Endpoint("192.0.2.1", 5701), new Endpoint("127.0.0.1", 5799)), "", "", 0, 0));

        assertThat(place.address().getHostAddress()).isEqualTo("127.0.0.1");
        assertThat(place.port()).isEqualTo(5799);
        assertThat(place.busPort()).isEqualTo(5800);
        assertThat(place.busHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void takesTheNextPortOfTheListWhereOneIsTaken() throws Exception {
        int next = TestNode.freePorts(1).getFirst();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Endpoint> members =
                    List.of(new Endpoint("127.0.0.1", taken.getLocalPort()), new Endpoint("127.0.0.1", next));

            assertThat(ClusterPlace.of(config(members, "", "", 0, 0)).port()).isEqualTo(next);
            assertThatThrownBy(() -> ClusterPlace.of(config(members.subList(0, 1), "", "", 0, 0)))
                    .isInstanceOf(ClusterException.class)
                    .hasMessageContaining(String.valueOf(taken.getLocalPort()))
                    .hasMessageContaining("--cluster-port");
        }
    }

    @Test
    void saysWhichAddressIsMissing() {
        assertThatThrownBy(() -> ClusterPlace.of(config(List.of(), "nodes.example", "", 0, 0)))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("cluster.interface is missing")
                .hasMessageContaining("nodes.example");
        assertThatThrownBy(() -> ClusterPlace.of(config(List.of(new Endpoint("192.0.2.1", 5701)), "", "", 0, 0)))
                .hasMessageContaining("no address of cluster.members")
                .hasMessageContaining("192.0.2.1:5701");
    }

    @Test
    void bindsToNoWildcardAndToNoOtherMachine() {
        for (String address : List.of("0.0.0.0", "::", "192.0.2.1")) {
            assertThatThrownBy(() -> ClusterPlace.of(config(List.of(), "nodes.example", address, 0, 0)))
                    .hasMessage("cluster.interface: " + address + " (expected: an address of this machine)");
        }
    }

    @Test
    void refusesOnePortForTwoThings() {
        assertThatThrownBy(() -> ClusterPlace.of(config(List.of(), "nodes.example", "127.0.0.1", 5701, 5701)))
                .hasMessageContaining("cluster.bus-port: 5701");
    }
}
