package io.insula.store.postgres;

/** Which key a fresh database starts with. */
public enum FirstKey {
    /** The well-known key {@code default}: for an embedded database, whose HTTP side takes it on loopback only. */
    BUILT_IN,
    /** A random key, shown once: for every database that others can reach. */
    RANDOM
}
