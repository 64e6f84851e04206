package io.insula.store;

import java.security.SecureRandom;
import java.util.Base64;

/** Makes access keys; nobody else chooses one, for what a person chooses can be guessed. */
public final class KeyMint {

    private static final String PREFIX = "sk-insula-";
    private static final int RANDOM_BYTES = 32;
    private static final int HINT_LENGTH = 4;

    private final SecureRandom random = new SecureRandom();

    /** A new key: {@code sk-insula-} and 256 random bits. */
    public String mint() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** What of a key may be shown again. */
    public static String hint(String key) {
        return key.substring(Math.max(0, key.length() - HINT_LENGTH));
    }
}
