package io.insula.api.dispatch;

/** The client's side of one running generation. */
@FunctionalInterface
public interface StreamHandle {

    /** Ends the generation because nobody waits for it any more; idempotent, and harmless once it has ended. */
    void cancel();
}
