package io.insula.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @Test
    void theEnvironmentWinsOverTheFileAndTheFileOverTheDefault() {
        Settings settings =
                Settings.of(Map.of("http.port", "81", "http.host", "from-file"), Map.of("INSULA_HTTP_PORT", "82"));

        assertThat(settings.integer("http.port", 80, 0, 65535, "port")).isEqualTo(82);
        assertThat(settings.text("http.host", "default", "host")).isEqualTo("from-file");
        assertThat(settings.text("http.other", "default", "other")).isEqualTo("default");
    }

    @Test
    void anUnknownKeyIsRefusedWithTheNearestKnownOne() {
        Settings settings = Settings.of(Map.of("http.prot", "81"), Map.of());
        settings.integer("http.port", 80, 0, 65535, "port");
        settings.text("store.url", "", "url");

        assertThatThrownBy(settings::refuseUnknown)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("'http.prot'")
                .hasMessageContaining("nearest: 'http.port'");
    }

    @Test
    void anUnknownVariableIsRefusedWithTheNearestKnownOne() {
        Settings settings = Settings.of(Map.of(), Map.of("INSULA_HTTP_PROT", "81", "PATH", "/bin"));
        settings.integer("http.port", 80, 0, 65535, "port");

        assertThatThrownBy(settings::refuseUnknown).hasMessageContaining("INSULA_HTTP_PORT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "65536", "eighty", "", "1e3"})
    void aNumberOutOfRangeNamesTheKeyAndWhatIsAllowed(String value) {
        Settings settings = Settings.of(Map.of("http.port", value), Map.of());

        assertThatThrownBy(() -> settings.integer("http.port", 80, 0, 65535, "port"))
                .hasMessage("http.port: " + value + " (expected: 0..65535)");
    }

    @Test
    void aFlagIsTrueOrFalseAndNothingElse() {
        assertThat(Settings.of(Map.of("a", "true"), Map.of()).flag("a", false, "a"))
                .isTrue();
        assertThatThrownBy(() -> Settings.of(Map.of("a", "yes"), Map.of()).flag("a", false, "a"))
                .hasMessage("a: yes (expected: true or false)");
    }

    @ParameterizedTest
    @CsvSource({"500ms,500", "30s,30000", "5m,300000"})
    void durationsCarryTheirUnit(String text, long millis) {
        Settings settings = Settings.of(Map.of("d", text), Map.of());

        assertThat(settings.duration("d", Duration.ofSeconds(1), Duration.ZERO, Duration.ofHours(1), "d"))
                .isEqualTo(Duration.ofMillis(millis));
        assertThat(Settings.show(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "5h", "s", "-1s", "2h"})
    void aDurationThatIsNoneNamesWhatIsAllowed(String text) {
        Settings settings = Settings.of(Map.of("d", text), Map.of());

        assertThatThrownBy(
                        () -> settings.duration("d", Duration.ofSeconds(1), Duration.ZERO, Duration.ofMinutes(1), "d"))
                .hasMessage("d: " + text + " (expected: 0s..1m)");
    }

    @ParameterizedTest
    @CsvSource({"1GiB,1073741824", "10MiB,10485760", "64KiB,65536", "77,77"})
    void sizesCarryTheirUnit(String text, long bytes) {
        Settings settings = Settings.of(Map.of("s", text), Map.of());

        assertThat(settings.size("s", 1, 0, Long.MAX_VALUE, "s")).isEqualTo(bytes);
        assertThat(Settings.showSize(bytes)).isEqualTo(text);
    }

    @Test
    void aSizeThatOverflowsIsRefused() {
        Settings settings = Settings.of(Map.of("s", "9999999999999GiB"), Map.of());

        assertThatThrownBy(() -> settings.size("s", 1024, 0, 4096, "s"))
                .hasMessage("s: 9999999999999GiB (expected: 0..4KiB)");
    }

    @Test
    void aValueMayStandInAFileThatTheEnvironmentNames(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("url"), "postgresql://db/insula\n");
        Settings settings =
                Settings.of(Map.of("store.url", "from-file"), Map.of("INSULA_STORE_URL_FILE", file.toString()));

        assertThat(settings.text("store.url", "", "url")).isEqualTo("postgresql://db/insula");
        settings.refuseUnknown();
    }

    @Test
    void aSettingWhoseNameEndsInFileIsNoFileOfAnother() {
        Settings settings = Settings.of(Map.of(), Map.of("INSULA_STORE_PEPPER_FILE", "/run/secrets/pepper"));

        assertThat(settings.text("store.pepper-file", "", "pepper")).isEqualTo("/run/secrets/pepper");
        settings.refuseUnknown();
    }

    @Test
    void aFileThatNobodyAsksForIsRefused() {
        Settings settings = Settings.of(Map.of(), Map.of("INSULA_HTTP_PROT_FILE", "/run/secrets/port"));
        settings.integer("http.port", 80, 0, 65535, "port");

        assertThatThrownBy(settings::refuseUnknown).hasMessageContaining("unknown setting INSULA_HTTP_PROT_FILE");
    }

    @Test
    void aValueAndItsFileTogetherAreRefused() {
        Settings settings =
                Settings.of(Map.of(), Map.of("INSULA_STORE_URL", "a", "INSULA_STORE_URL_FILE", "/run/secrets/url"));

        assertThatThrownBy(() -> settings.text("store.url", "", "url"))
                .hasMessage("environment: INSULA_STORE_URL and INSULA_STORE_URL_FILE (expected: one of them)");
    }

    @Test
    void aFileThatCannotBeReadIsNamed(@TempDir Path directory) throws IOException {
        Path missing = directory.resolve("missing");
        Path tooLong = Files.write(directory.resolve("long"), new byte[65537]);

        assertThatThrownBy(() -> Settings.of(Map.of(), Map.of("INSULA_STORE_URL_FILE", missing.toString()))
                        .text("store.url", "", "url"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("INSULA_STORE_URL_FILE: " + missing + " cannot be read");
        assertThatThrownBy(() -> Settings.of(Map.of(), Map.of("INSULA_STORE_URL_FILE", tooLong.toString()))
                        .text("store.url", "", "url"))
                .hasMessageContaining("is too long (expected: at most 65536 bytes)");
    }
}
