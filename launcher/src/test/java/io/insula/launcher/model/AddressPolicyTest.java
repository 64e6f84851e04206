package io.insula.launcher.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPolicyTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "0.0.0.0",
                "100.64.0.1",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd12::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::1",
                "2002:a01:203::",
                "2001::1",
                "2001:0:4136:e378:8000:63bf:f5ff:fffe",
                "2001:db8::1"
            })
    void privateAndReservedAddressesAreNotPublic(String address) throws Exception {
        assertThat(AddressPolicy.isPublic(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "100.128.0.1",
                "172.32.0.1",
                "2606:4700::1111",
                "2001:4860:4860::8888",
                "2a00:1450:4001::1"
            })
    void publicAddressesArePublic(String address) throws Exception {
        assertThat(AddressPolicy.isPublic(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://8.8.8.8/x",
                "https://127.0.0.1/x",
                "https://[::1]/x",
                "https://user@8.8.8.8/x",
                "file:///etc/hosts",
                "https:///x"
            })
    void refusesEverythingButHttpsToAPublicHost(String uri) {
        assertThatThrownBy(() -> AddressPolicy.PUBLIC_HTTPS.check(URI.create(uri)))
                .isInstanceOf(ModelSource.SourceFailure.class);
    }

    @Test
    void acceptsHttpsToAPublicAddress() throws Exception {
        AddressPolicy.PUBLIC_HTTPS.check(URI.create("https://8.8.8.8/x"));
    }
}
