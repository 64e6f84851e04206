package io.insula.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.admission.AdmissionConfig;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.schedule.ChoiceRun;
import io.insula.inference.schedule.Commands;
import io.insula.inference.schedule.SchedulerConfig;
import io.insula.inference.text.ModelChatTokenizer;
import io.insula.inference.text.TokenizerSpec;
import io.insula.inference.weights.GgufFile;
import io.insula.protocol.Admission.Accepted;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.LogitBias;
import io.insula.protocol.NodeId;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.Penalties;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenIds;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Streams of the starter model that another node takes over in the middle: bit for bit the undisturbed ones, in a crowd. */
class StarterModelResumeIT {

    private static final NodeId NODE = new NodeId("engine-1");
    private static final int MAX_TOKENS = 28;
    private static final int CHOICES = 3;
    private static final int ALTERNATIVES = 5;
    private static final int GREEDY = 1;
    private static final int FREE = 2;
    private static final int CONTROLLED = 3;
    /** Delivered tokens of each choice in turn; where a choice is shorter, all of it. */
    private static final int[][] CUTS = {{0, 1, 5}, {1, 13, 28}, {6, 28, 0}, {17, 9, 27}};

    @Test
    void aStreamTakenOverAnywhereInACrowdIsBitwiseTheUndisturbedOne() throws Exception {
        try (GgufFile file = GgufFile.open(StarterModel.path());
                ModelChatTokenizer tokenizer =
                        new ModelChatTokenizer(TokenizerSpec.from(file.metadata()), Clock.systemUTC())) {
            Vertx vertx = Vertx.vertx();
            try {
                ProtocolCodecs.registerAll(vertx.eventBus());
                ApiNode api = new ApiNode(vertx, NODE, Commands.API);
                vertx.setPeriodic(1_000, tick -> api.publishStatus(false));
                deploy(vertx, file, tokenizer);

                GenerateCommand greedy = greedy(GREEDY);
                ChoiceRun greedyRun = alone(api, greedy).getFirst();
                // A stop string that certainly comes: a piece of the second choice's own text.
                String text = alone(api, controlled(FREE, List.of())).get(1).text();
                String stop = text.substring(text.length() / 2, text.length() / 2 + 4);
                GenerateCommand controlled = controlled(CONTROLLED, List.of("never to be seen", stop));
                List<ChoiceRun> choices = alone(api, controlled);
                assertThat(choices.stream().map(ChoiceRun::tokens)).doesNotHaveDuplicates();
                assertThat(choices.get(1).finish()).isEqualTo(FinishReason.STOP);
                assertThat(choices.stream().flatMap(choice -> choice.scores().stream()))
                        .isNotEmpty()
                        .allMatch(scores -> scores.top().size() == ALTERNATIVES);

                List<GenerateCommand> crowd = new ArrayList<>();
                for (int i = 0; i < CUTS.length; i++) {
                    crowd.add(Commands.ofTenant(ask(100 + i, "Count to " + (20 + i) + " and sing."), 1 + i % 2));
                    crowd.add(moved(greedy(200 + i), List.of(greedyRun), CUTS[i]));
                    crowd.add(moved(controlled(300 + i, controlled.stop().strings()), choices, CUTS[i]));
                }
                for (GenerateCommand command : crowd) {
                    assertThat(api.admit(command)).isInstanceOf(Accepted.class);
                }
                for (GenerateCommand command : crowd) {
                    api.end(command);
                }
                for (int i = 0; i < CUTS.length; i++) {
                    assertMoved(api, crowd.get(3 * i + 1), List.of(greedyRun));
                    assertMoved(api, crowd.get(3 * i + 2), choices);
                }
            } finally {
                vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
            }
        }
    }

    private static void deploy(Vertx vertx, GgufFile file, ModelChatTokenizer tokenizer) throws Exception {
        LoadedModel model = new LoadedModel(
                Commands.MODEL,
                () -> OnnxDecoderEngine.load(file, EngineConfig.defaults().withSlots(6, 160)),
                tokenizer,
                "starter",
                160);
        InferenceVerticle verticle = new InferenceVerticle(
                NODE,
                List.of(model),
                new InferenceConfig(AdmissionConfig.DEFAULT, SchedulerConfig.DEFAULT),
                new SimpleMeterRegistry());
        vertx.deployVerticle(verticle).toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static GenerateCommand ask(int number, String question) {
        return Commands.command(number, question, MAX_TOKENS)
                .but()
                .sampling(new SamplingParameters(0, 1, 0))
                .stop(StopConditions.NONE.withMaxTokens(MAX_TOKENS).withIgnoreEnd(true))
                .build();
    }

    private static GenerateCommand greedy(int number) {
        return ask(number, "Tell me about the sea.")
                .but()
                .output(new OutputOptions(1, ALTERNATIVES, OutputOptions.UNSCORED))
                .build();
    }

    /** Every control that depends on what a choice has said before. */
    private static GenerateCommand controlled(int number, List<String> stops) {
        return Commands.command(number, "Tell me a story about two harbours.", MAX_TOKENS)
                .but()
                .output(new OutputOptions(CHOICES, ALTERNATIVES, OutputOptions.UNSCORED))
                .sampling(new SamplingParameters(
                        LogitBias.of(Map.of(28, -3.0)), new Penalties(1.15, 0.3, 0.4), 1.1, 60, 0.98, 0.97, 0.01, 77))
                .stop(new StopConditions(MAX_TOKENS, 4, stops, TokenIds.EMPTY, false))
                .build();
    }

    private static List<ChoiceRun> alone(ApiNode api, GenerateCommand command) throws Exception {
        assertThat(api.admit(command)).isInstanceOf(Accepted.class);
        api.end(command);
        return ChoiceRun.of(api.frames(), command);
    }

    /** As a node gets it that takes it over. */
    private static GenerateCommand moved(GenerateCommand command, List<ChoiceRun> runs, int[] cuts) {
        List<TokenIds> delivered = IntStream.range(0, runs.size())
                .mapToObj(choice -> runs.get(choice).firstTokens(cuts[choice]))
                .toList();
        return command.but().attempt(1, delivered).build();
    }

    private static void assertMoved(ApiNode api, GenerateCommand moved, List<ChoiceRun> undisturbed) {
        List<ChoiceRun> went = ChoiceRun.of(api.frames(), moved);
        for (int choice = 0; choice < undisturbed.size(); choice++) {
            int cut = moved.resumeTokens(choice).size();
            assertThat(went.get(choice))
                    .as("%s, choice %d, cut at %d", moved.request(), choice, cut)
                    .isEqualTo(undisturbed.get(choice).from(cut));
        }
    }
}
