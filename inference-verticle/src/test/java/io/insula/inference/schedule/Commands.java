package io.insula.inference.schedule;

import io.insula.protocol.ChatMessage;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenIds;
import java.util.List;
import java.util.UUID;

/** Commands for tests, told apart by a number. */
public final class Commands {

    public static final ModelName MODEL = new ModelName("letters");
    public static final NodeId API = new NodeId("api");

    private Commands() {}

    public static RequestId id(int number) {
        return new RequestId(new UUID(7, number));
    }

    public static GenerateCommand command(int number, String content, int maxTokens) {
        return command(id(number), 0, API, content, new SamplingParameters(1, 0.9, number), maxTokens, List.of());
    }

    public static GenerateCommand command(
            RequestId id,
            int attempt,
            NodeId api,
            String content,
            SamplingParameters sampling,
            int maxTokens,
            List<String> stop) {
        return new GenerateCommand(
                id,
                attempt,
                api,
                0,
                TenantId.DEFAULT,
                null,
                MODEL,
                List.of(new ChatMessage("user", content)),
                sampling,
                maxTokens,
                stop,
                TokenIds.EMPTY);
    }

    public static GenerateCommand resumed(GenerateCommand command, TokenIds tokens) {
        return new GenerateCommand(
                command.request(),
                command.attempt() + 1,
                command.apiNode(),
                command.apiInstance(),
                command.tenant(),
                command.config(),
                command.model(),
                command.messages(),
                command.sampling(),
                command.maxTokens(),
                command.stop(),
                tokens);
    }

    public static GenerateCommand from(GenerateCommand command, NodeId api, int instance) {
        return new GenerateCommand(
                command.request(),
                command.attempt(),
                api,
                instance,
                command.tenant(),
                command.config(),
                command.model(),
                command.messages(),
                command.sampling(),
                command.maxTokens(),
                command.stop(),
                command.resumeTokens());
    }
}
