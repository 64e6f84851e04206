package io.insula.bench;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A benchmark cannot run here; the message says what is missing. */
public class BenchmarkException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    public BenchmarkException(String message) {
        super(message);
    }

    public BenchmarkException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
