package io.insula.inference.schedule;

import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import org.jspecify.annotations.Nullable;

/** What other threads ask of the device thread; read between engine calls, in the order it was asked. */
sealed interface Mail {

    record Submit(ScheduledStream stream) implements Mail {}

    record Cancel(RequestId request, int attempt) implements Mail {}

    record CancelNode(NodeId apiNode) implements Mail {}

    /** All streams but those of one HTTP node; null: all. */
    record HandOver(@Nullable NodeId except) implements Mail {}
}
