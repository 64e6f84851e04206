package io.insula.launcher.failover;

import io.insula.api.dispatch.Generation;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.LogitBias;
import io.insula.protocol.ModelName;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.Penalties;
import io.insula.protocol.RequestId;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StopConditions;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Requests of every kind whose answers another engine has to go on with. */
final class Questions {

    static final ModelName MODEL = new ModelName("tiny");

    private static final String SCHEMA = """
            {"type":"object","properties":{"a":{"type":"integer"},"b":{"enum":["left","right"]}},
             "required":["a","b"],"additionalProperties":false}""";
    private static final int TOKENS = 90;
    private static final SamplingParameters WARM = new SamplingParameters(1.1, 0.97, 77);
    private static final OutputOptions SCORED = new OutputOptions(1, 3, OutputOptions.UNSCORED);

    private Questions() {}

    static List<Generation> all() {
        List<Generation> all = new ArrayList<>();
        StopConditions whole = StopConditions.NONE.withMaxTokens(TOKENS).withIgnoreEnd(true);
        Tools tools = new Tools(
                List.of(new ToolDefinition("turn", "Turns.", SCHEMA, true)), new ToolChoice.Required(), false);
        for (int round = 0; round < 2; round++) {
            SamplingParameters warm = new SamplingParameters(1.1, 0.97, 100 + round);
            all.add(ask(
                    all.size(), Tools.NONE, new ResponseForm.Text(), new SamplingParameters(0, 1, 0), whole, SCORED));
            all.add(ask(all.size(), Tools.NONE, new ResponseForm.Text(), warm, whole, SCORED));
            all.add(ask(
                    all.size(),
                    Tools.NONE,
                    new ResponseForm.Text(),
                    new SamplingParameters(
                            LogitBias.of(Map.of(65, 2.0)),
                            new Penalties(1.15, 0.3, 0.4),
                            1.1,
                            60,
                            0.98,
                            0.97,
                            0.01,
                            round),
                    new StopConditions(TOKENS, 40, List.of("AA", "e"), TokenIds.of(7), false),
                    new OutputOptions(3, 2, OutputOptions.UNSCORED)));
            all.add(ask(
                    all.size(),
                    Tools.NONE,
                    new ResponseForm.JsonSchema(SCHEMA, true),
                    warm,
                    StopConditions.NONE,
                    SCORED));
            all.add(ask(all.size(), Tools.NONE, new ResponseForm.Text(), WARM, whole, new OutputOptions(1, 1, 2)));
        }
        all.add(ask(
                all.size(), tools, new ResponseForm.Text(), WARM, StopConditions.NONE, new OutputOptions(2, -1, -1)));
        return all;
    }

    private static Generation ask(
            int number,
            Tools tools,
            ResponseForm form,
            SamplingParameters sampling,
            StopConditions stop,
            OutputOptions output) {
        return new Generation(
                new RequestId(new UUID(7, number)),
                TenantId.DEFAULT,
                1,
                null,
                MODEL,
                List.of(new ChatMessage("user", "Question " + number + ": where does the road lead?")),
                tools,
                form,
                "{}",
                sampling,
                stop,
                output,
                0);
    }
}
