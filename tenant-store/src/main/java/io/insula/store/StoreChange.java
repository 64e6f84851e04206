package io.insula.store;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * Something that was changed in the store, by whomever.
 *
 * @param tenant the tenant it belongs to, or which it is
 */
public record StoreChange(Kind kind, UUID tenant, UUID id) {

    /** What was changed; named like its table. */
    public enum Kind {
        TENANT,
        PLATFORM_USER,
        ACCESS_KEY,
        ASSISTANT_CONFIG
    }

    /** Reads {@code kind tenant id}; empty when it is anything else. */
    public static Optional<StoreChange> parse(String text) {
        int first = text.indexOf(' ');
        int last = text.lastIndexOf(' ');
        if (first < 1 || last == first) {
            return Optional.empty();
        }
        try {
            return Optional.of(new StoreChange(
                    Kind.valueOf(text.substring(0, first).toUpperCase(Locale.ROOT)),
                    UUID.fromString(text.substring(first + 1, last)),
                    UUID.fromString(text.substring(last + 1))));
        } catch (IllegalArgumentException e) {
            // A kind that a newer program announces, or no change at all: the caller forgets everything.
            return Optional.empty();
        }
    }
}
