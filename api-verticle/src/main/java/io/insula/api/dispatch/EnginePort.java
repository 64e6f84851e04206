package io.insula.api.dispatch;

import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.vertx.core.Future;
import java.time.Duration;

/** What the HTTP side can say to an inference node. */
interface EnginePort {

    /** Asks for admission; fails when nobody answers in time. */
    Future<Admission> admit(NodeId node, GenerateCommand command, Duration timeout);

    /** Frees a stream's slot; nobody answers. */
    void cancel(NodeId node, CancelStream cancel);
}
