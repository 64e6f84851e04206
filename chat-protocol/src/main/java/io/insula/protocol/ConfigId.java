package io.insula.protocol;

import java.util.UUID;

/** Identifies one assistant config within its tenant; clients send it as {@code model}. */
public record ConfigId(UUID value) {

    public static ConfigId of(String text) {
        return new ConfigId(UUID.fromString(text));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
