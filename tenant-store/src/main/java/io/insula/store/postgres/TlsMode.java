package io.insula.store.postgres;

/** How a connection to PostgreSQL is protected; named as in {@code sslmode}. */
public enum TlsMode {
    /** Not at all: for a server on this machine. */
    DISABLE("disable"),
    /** Encrypted, to whoever answers. */
    REQUIRE("require"),
    /** Encrypted, to a server with a certificate that this Java platform trusts and that names the host. */
    VERIFY_FULL("verify-full");

    private final String sslmode;

    TlsMode(String sslmode) {
        this.sslmode = sslmode;
    }

    /** The value of {@code sslmode} in a connection URL. */
    public String sslmode() {
        return sslmode;
    }

    static TlsMode of(String sslmode) {
        for (TlsMode mode : values()) {
            if (mode.sslmode.equals(sslmode)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("sslmode: " + sslmode + " (expected: disable, require or verify-full)");
    }
}
