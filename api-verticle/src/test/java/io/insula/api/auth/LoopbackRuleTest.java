package io.insula.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackRuleTest {

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "[::1]"})
    void loopbackAddressesAreKnown(String host) {
        assertThat(LoopbackRule.isLoopback(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "::",
                "10.0.0.1",
                "localhost.evil.example",
                "evil.localhost.example",
                "127.0.0.1.nip.io",
                "2130706433",
                "0x7f.1",
                "127.1",
                "",
                "localhost."
            })
    void everythingElseIsForeign(String host) {
        assertThat(LoopbackRule.isLoopback(host)).isFalse();
    }

    @Test
    void aPlainLocalRequestIsAllowed() {
        assertThat(allows("127.0.0.1", MultiMap.caseInsensitiveMultiMap().add("Host", "localhost:8000")))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "X-Forwarded-For, 127.0.0.1",
        "x-forwarded-proto, https",
        "Forwarded, for=127.0.0.1",
        "X-Real-IP, 127.0.0.1",
        "Via, 1.1 proxy",
        "CF-Connecting-IP, 127.0.0.1",
        "cf-ray, 1",
        "True-Client-IP, 127.0.0.1",
        "Origin, https://evil.example",
        "Origin, null",
        "Origin, http://localhost.evil.example",
        "Sec-Fetch-Site, cross-site",
        "Host, evil.example"
    })
    void oneSignOfAProxyOrAForeignPageIsEnough(String name, String value) {
        MultiMap headers =
                MultiMap.caseInsensitiveMultiMap().add("Host", "localhost:8000").add(name, value);

        assertThat(allows("127.0.0.1", headers)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:3000", "http://127.0.0.1", "https://[::1]:8443"})
    void aPageOfThisMachineIsAllowed(String origin) {
        MultiMap headers =
                MultiMap.caseInsensitiveMultiMap().add("Host", "localhost:8000").add("Origin", origin);

        assertThat(allows("127.0.0.1", headers)).isTrue();
    }

    @Test
    void aPeerElsewhereIsRefused() {
        assertThat(allows("192.0.2.7", MultiMap.caseInsensitiveMultiMap().add("Host", "localhost:8000")))
                .isFalse();
    }

    private static boolean allows(String peer, MultiMap headers) {
        return LoopbackRule.allows(
                SocketAddress.inetSocketAddress(new InetSocketAddress(peer, 5)), headers, "localhost");
    }
}
