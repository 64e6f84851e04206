package io.insula.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PepperTest {

    private static final byte[] SECRET = "key of at least thirty-two bytes".getBytes(StandardCharsets.US_ASCII);

    /** Computed with {@code openssl dgst -sha256 -hmac}. */
    private static final String DIGEST_OF_ABC = "8490aec52f5f1ec738d6be142d3ef0f1be346f418f19bf09a4b76d6b1dc8c530";

    @Test
    void digestsLikeAnyOtherHmacSha256() {
        assertThat(HexFormat.of().formatHex(Pepper.of(SECRET).digest("abc").toBytes()))
                .isEqualTo(DIGEST_OF_ABC);
    }

    @Test
    void givesEqualDigestsForEqualKeysOnly() {
        Pepper pepper = Pepper.of(SECRET);

        assertThat(pepper.digest("a")).isEqualTo(pepper.digest("a")).hasSameHashCodeAs(pepper.digest("a"));
        assertThat(pepper.digest("a")).isNotEqualTo(pepper.digest("b"));
        assertThat(pepper.digest("a")).isNotEqualTo(Pepper.of(new byte[32]).digest("a"));
        assertThat(pepper.derive("a")).isNotEqualTo(pepper.digest("a").toBytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31})
    void refusesASecretThatCouldBeGuessed(int length) {
        assertThatThrownBy(() -> Pepper.of(new byte[length]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("pepper: " + length + " bytes (expected: at least 32)");
    }

    @Test
    void keepsItsFileToItsOwnerAndReadsItAgain(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("pepper");
        KeyDigest first = Pepper.in(file).digest("a");

        assertThat(Pepper.in(file).digest("a")).isEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(file).hasSize(Pepper.MIN_BYTES);
    }

    @Test
    void showsNoSecretInALog() {
        assertThat(Pepper.of(SECRET)).hasToString("Pepper[secret]");
        assertThat(Pepper.of(SECRET).digest("abc").toString()).doesNotContain(DIGEST_OF_ABC);
    }
}
