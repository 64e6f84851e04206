package io.insula.api.auth;

import io.insula.api.error.ApiError;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;

/**
 * The one key of those who run the platform; it belongs to no tenant and opens no tenant's routes.
 *
 * <p>What is kept and compared are digests, in constant time: neither a prefix nor a length can be guessed by the clock.
 */
public final class AdminKey {

    /** Fewer characters are refused: the key is looked for by nobody but its holder. */
    public static final int MIN_CHARS = 32;

    private static final String BEARER = "bearer ";

    private final byte[] digest;

    private AdminKey(byte[] digest) {
        this.digest = digest;
    }

    /** Takes a key of at least {@link #MIN_CHARS} characters. */
    public static AdminKey of(String key) {
        if (key.length() < MIN_CHARS) {
            throw new IllegalArgumentException(
                    "admin key: " + key.length() + " characters (expected: at least " + MIN_CHARS + ")");
        }
        return new AdminKey(digest(key));
    }

    /** Throws {@link ApiError.Unauthenticated} unless the request bears the key. */
    public void check(HttpServerRequest request) {
        List<String> headers = request.headers().getAll("Authorization");
        String header = headers.size() == 1 ? headers.getFirst() : "";
        boolean bearer = header.toLowerCase(Locale.ROOT).startsWith(BEARER);
        String presented = bearer ? header.substring(BEARER.length()).strip() : "";
        if (!MessageDigest.isEqual(digest(presented), digest)) {
            throw new ApiError.Unauthenticated().failure();
        }
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "AdminKey[secret]";
    }
}
