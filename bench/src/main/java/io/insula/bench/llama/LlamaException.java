package io.insula.bench.llama;

/** llama.cpp cannot be obtained, loaded or run; the message says which step failed. */
public final class LlamaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LlamaException(String message) {
        super(message);
    }

    public LlamaException(String message, Throwable cause) {
        super(message, cause);
    }
}
