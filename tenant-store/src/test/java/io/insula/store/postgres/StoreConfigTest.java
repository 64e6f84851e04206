package io.insula.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreConfigTest {

    @Test
    void readsAUrl() {
        StoreConfig config = StoreConfig.of("postgresql://me:p%40ss+%2F@db.example:6432/insula?sslmode=require");

        assertThat(config.host()).isEqualTo("db.example");
        assertThat(config.port()).isEqualTo(6432);
        assertThat(config.database()).isEqualTo("insula");
        assertThat(config.user()).isEqualTo("me");
        assertThat(config.password()).isEqualTo("p@ss+/");
        assertThat(config.tls()).isEqualTo(TlsMode.REQUIRE);
    }

    @ParameterizedTest
    @CsvSource({
        "postgres://127.0.0.1/d, DISABLE",
        "jdbc:postgresql://localhost/d, DISABLE",
        "postgresql://[::1]/d, DISABLE",
        "postgresql://10.0.0.1/d, VERIFY_FULL",
        "postgresql://db.example/d?sslmode=disable, DISABLE"
    })
    void speaksInClearToThisMachineOnlyUnlessToldOtherwise(String url, TlsMode expected) {
        assertThat(StoreConfig.of(url).tls()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://h/d",
                "postgresql://h",
                "postgresql://h/",
                "h:5432/d",
                "postgresql://h/d?sslmode=prefer",
                "postgresql://h/d?sslrootcert=x"
            })
    void refusesAUrlThatItDoesNotUnderstandInFull(String url) {
        assertThatThrownBy(() -> StoreConfig.of(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: ");
    }

    @Test
    void showsNoPassword() {
        assertThat(StoreConfig.of("postgresql://me:secret@h/d").toString())
                .isEqualTo("postgresql://me@h:5432/d?sslmode=verify-full");
    }
}
