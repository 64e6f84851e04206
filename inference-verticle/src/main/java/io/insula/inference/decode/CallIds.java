package io.insula.inference.decode;

import io.insula.protocol.RequestId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Names the tool calls of one choice, by what is the same on every engine that continues it.
 *
 * @param request the request's id
 * @param choice which of its choices, from 0
 */
public record CallIds(RequestId request, int choice) {

    private static final String PREFIX = "call_";
    private static final int CHARACTERS = 24;
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /**
     * The id of one call.
     *
     * @param call its index within the choice, from 0
     */
    public String of(int call) {
        byte[] digest = digest(request + "/" + choice + "/" + call);
        StringBuilder id = new StringBuilder(PREFIX);
        for (int i = 0; i < CHARACTERS; i++) {
            id.append(ALPHABET.charAt((digest[i] & 0xFF) % ALPHABET.length()));
        }
        return id.toString();
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
