package io.insula.api.auth;

/** Whether a route answers requests without a valid key. */
public enum Keyless {
    /** Every request needs a valid key. */
    REFUSED,
    /** A request that comes straight from this machine is the default tenant's. */
    ON_LOOPBACK
}
