package io.insula.launcher;

import io.insula.inference.admission.ModelUnavailableException;
import io.insula.launcher.config.InsulaConfig;
import java.net.BindException;

/** A start that failed for a reason that a person can mend; the message says which. */
final class StartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StartException(String message) {
        super(message, null, false, false);
    }

    /** Names the usual causes; any other failure is passed on as it is. */
    static RuntimeException because(Throwable cause, InsulaConfig config) {
        if (cause instanceof BindException) {
            return new StartException("A port is taken: the API wants "
                    + config.http().host() + ":"
                    + config.http().port() + " (--port) and the management "
                    + config.management().host() + ":" + config.management().port() + " (--management-port)."
                    + (config.cluster().isClustered() ? " In the cluster it wants cluster.bus-port." : ""));
        }
        if (cause instanceof ModelUnavailableException) {
            // The log has said where it happened.
            return new StartException(String.valueOf(cause.getMessage()));
        }
        return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
    }
}
