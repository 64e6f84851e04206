package io.insula.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret outside the database without which its key hashes are worth nothing.
 *
 * <p>Access keys have 256 random bits, so one round of HMAC-SHA-256 is as good as a slow hash and costs microseconds.
 *
 * <p><b>Thread:</b> safe on any thread.
 *
 * <p><b>Source:</b> RFC 2104 (HMAC).
 */
public final class Pepper {

    /** Fewer bytes are refused: an empty secret would make every hash reproducible. */
    public static final int MIN_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec secret;

    private Pepper(byte[] secret) {
        if (secret.length < MIN_BYTES) {
            throw new IllegalArgumentException(
                    "pepper: " + secret.length + " bytes (expected: at least " + MIN_BYTES + ")");
        }
        this.secret = new SecretKeySpec(secret, ALGORITHM);
    }

    public static Pepper of(byte[] secret) {
        return new Pepper(secret);
    }

    /** Reads the secret of a file that only its owner can read, and creates it of random bytes when it is missing. */
    public static Pepper in(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] random = new byte[MIN_BYTES];
            new SecureRandom().nextBytes(random);
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(fresh);
            try (var channel = Files.newByteChannel(
                    fresh,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                channel.write(ByteBuffer.wrap(random));
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return new Pepper(Files.readAllBytes(file));
    }

    /** The digest under which a key is stored and looked up. */
    public KeyDigest digest(String presented) {
        return new KeyDigest(hmac(presented));
    }

    /** A further secret that every program with the same pepper derives alike. */
    public byte[] derive(String purpose) {
        return hmac("derive:" + purpose);
    }

    private byte[] hmac(String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "Pepper[secret]";
    }
}
