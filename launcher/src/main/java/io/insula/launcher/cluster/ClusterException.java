package io.insula.launcher.cluster;

/** A cluster that cannot be joined for a reason that a person can mend; the message says which. */
public final class ClusterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ClusterException(String message) {
        super(message, null, false, false);
    }
}
