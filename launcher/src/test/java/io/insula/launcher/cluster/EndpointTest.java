package io.insula.launcher.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:5711, 10.0.0.1, 5711, 10.0.0.1:5711",
        "node-1.example, node-1.example, 5701, node-1.example:5701",
        "[fd00::1]:5711, fd00::1, 5711, [fd00::1]:5711",
        "[::1], ::1, 5701, [::1]:5701"
    })
    void readsHostsAndAddresses(String text, String host, int port, String shown) {
        Endpoint endpoint = Endpoint.parse(text);

        assertThat(endpoint).isEqualTo(new Endpoint(host, port));
        assertThat(endpoint).hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":5701", "host:", "host:0", "host:65536", "host:x", "fd00::1", "a b:1", "[::1]x", "[]:1"})
    void refusesWhatNamesNoPlace(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }
}
