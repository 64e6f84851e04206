package io.insula.api.http;

import io.insula.protocol.StreamFrame.StreamDelta;

/** Tells once that an answer has begun: with text, reasoning or a call. */
final class FirstWord {

    private final Runnable told;
    private boolean heard;

    FirstWord(Runnable told) {
        this.told = told;
    }

    void listen(StreamDelta delta) {
        if (!heard
                && !(delta.text().isEmpty()
                        && delta.reasoning().isEmpty()
                        && delta.toolCalls().isEmpty())) {
            heard = true;
            told.run();
        }
    }
}
