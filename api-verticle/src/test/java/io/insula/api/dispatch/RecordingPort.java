package io.insula.api.dispatch;

import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Keeps what inference nodes are told; a test answers for them. */
final class RecordingPort implements EnginePort {

    final List<NodeId> nodes = new ArrayList<>();
    final List<GenerateCommand> commands = new ArrayList<>();
    final List<CancelStream> cancels = new ArrayList<>();
    private final List<Promise<Admission>> replies = new ArrayList<>();

    void answer(int index, Admission admission) {
        replies.get(index).complete(admission);
    }

    void fail(int index, ReplyFailure failure) {
        replies.get(index).fail(new ReplyException(failure));
    }

    @Override
    public Future<Admission> admit(NodeId node, GenerateCommand command, Duration timeout) {
        nodes.add(node);
        commands.add(command);
        Promise<Admission> reply = Promise.promise();
        replies.add(reply);
        return reply.future();
    }

    @Override
    public void cancel(NodeId node, CancelStream cancel) {
        cancels.add(cancel);
    }
}
