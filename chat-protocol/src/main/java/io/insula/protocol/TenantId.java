package io.insula.protocol;

import java.util.UUID;

/** Identifies one tenant. */
public record TenantId(UUID value) {

    /** The tenant that a fresh embedded installation starts with. */
    public static final TenantId DEFAULT = new TenantId(new UUID(0, 0));

    public static TenantId of(String text) {
        return new TenantId(UUID.fromString(text));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
