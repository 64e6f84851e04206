package io.insula.api.dispatch;

import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.protocol.StreamFrame.StreamEnd;

/** What can happen to a stream, as those say who see it first. */
interface StreamFate {

    /** How an engine was lost. */
    enum Loss {
        /** It failed, vanished, fell silent or did what nobody asked for: a fault of its own, or of what it was asked. */
        FAILED,
        /** It failed and has said itself that the stream is over there. */
        ENDED,
        /** It leaves and hands the stream over. */
        HANDED_OVER
    }

    /** Nobody who could be asked takes it. */
    void nobodyTakes(RunningStream stream);

    /**
     * It has no engine any longer.
     *
     * @param why for the log
     */
    void lost(RunningStream stream, Loss loss, String why);

    /** It is over, and no engine said what it used. */
    void over(RunningStream stream, Result result);

    /** It is over, as an engine says. */
    void over(RunningStream stream, Result result, StreamEnd end);
}
