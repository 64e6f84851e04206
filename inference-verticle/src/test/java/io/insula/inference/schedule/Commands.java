package io.insula.inference.schedule;

import io.insula.protocol.ChatMessage;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.RequestId;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StopConditions;
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
        return GenerateCommand.of(id, MODEL, List.of(new ChatMessage("user", content)))
                .attempt(attempt, List.of())
                .frames(api, 0)
                .sampling(sampling)
                .stop(StopConditions.of(maxTokens, stop))
                .build();
    }

    /** The same request of another tenant, told apart by a number. */
    public static GenerateCommand ofTenant(GenerateCommand command, int tenant) {
        return command.but().tenant(new TenantId(new UUID(9, tenant)), 1).build();
    }

    /** The same request for several choices. */
    public static GenerateCommand choices(GenerateCommand command, int choices) {
        return command.but()
                .output(new OutputOptions(choices, OutputOptions.UNSCORED, OutputOptions.UNSCORED))
                .build();
    }

    public static GenerateCommand resumed(GenerateCommand command, TokenIds tokens) {
        return command.but().attempt(command.attempt() + 1, List.of(tokens)).build();
    }

    static TokenIds tokens(List<Integer> tokens) {
        return TokenIds.of(tokens.stream().mapToInt(Integer::intValue).toArray());
    }

    public static GenerateCommand from(GenerateCommand command, NodeId api, int instance) {
        return command.but().frames(api, instance).build();
    }
}
