package io.insula.inference.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.schedule.Commands;
import io.insula.inference.schedule.HashingEngine;
import io.insula.inference.schedule.LetterTokenizer;
import io.insula.inference.schedule.Scheduler;
import io.insula.inference.schedule.SchedulerConfig;
import io.insula.protocol.Admission;
import io.insula.protocol.Admission.Accepted;
import io.insula.protocol.Admission.Reason;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.CancelStream;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.LogitBias;
import io.insula.protocol.ModelName;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DoorTest {

    private static final int CONTEXT = 50;
    /** Tokens: a copy of a longer prompt cannot be kept. */
    private static final int MOST_PARKED = 20;

    /** A rendering that the test decides to finish. */
    private record Rendering(Callable<PreparedAnswer> work, Promise<PreparedAnswer> result) {

        void finish() {
            try {
                result.complete(work.call());
            } catch (Exception e) {
                result.fail(e);
            }
        }
    }

    private final Queue<Rendering> renderings = new ArrayDeque<>();
    private final BlockingQueue<StreamFrame> frames = new LinkedBlockingQueue<>();
    private final Scheduler scheduler = new Scheduler(
            Commands.MODEL,
            "text",
            CONTEXT,
            () -> new HashingEngine(LetterTokenizer.VOCABULARY, 1, CONTEXT),
            new LetterTokenizer(),
            SchedulerConfig.DEFAULT.withMemory(0, MOST_PARKED),
            (node, instance, batch) -> frames.addAll(batch),
            new SimpleMeterRegistry(),
            System::nanoTime);
    /** Of each rendering, whether a grammar may have to be compiled. */
    private final List<Boolean> compiling = new ArrayList<>();

    private final Door door = new Door(
            Models.loaded(Map.of(Commands.MODEL, new AdmittedModel(new LetterTokenizer(), scheduler))),
            new AdmissionConfig(2, Duration.ofSeconds(60), 100),
            (work, compiles) -> {
                compiling.add(compiles);
                Rendering rendering = new Rendering(work, Promise.promise());
                renderings.add(rendering);
                return rendering.result().future();
            },
            new WaitingRoom(
                    (node, instance, batch) -> frames.addAll(batch), (delay, action) -> () -> {}, System::nanoTime),
            new StreamAccounts((node, instance, batch) -> {}, orphan -> {}, System::nanoTime),
            System::nanoTime);

    @BeforeEach
    void startEngine() throws Exception {
        scheduler.start().get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stopEngine() throws Exception {
        scheduler.close().get(10, TimeUnit.SECONDS);
    }

    @Test
    void whatHasToCompileIsToldApart() {
        door.admit(Commands.command(1, "a", 4));
        door.admit(Commands.command(2, "a", 4)
                .but()
                .form(new ResponseForm.JsonObject())
                .build());
        assertThat(compiling).containsExactly(false, true);
    }

    @Test
    void acceptsWithThePromptsLengthAndEndsTheStreamOnce() throws Exception {
        assertThat(admitted(Commands.command(1, "hello", 4))).isEqualTo(new Accepted(5));
        assertThat(nextEnd().usage().promptTokens()).isEqualTo(5);
    }

    @Test
    void aPromptThatFillsTheContextIsRejectedWithTheNumbers() {
        assertThat(admitted(Commands.command(1, "x".repeat(CONTEXT), 4)))
                .isEqualTo(new Rejected(
                        Reason.CONTEXT_LENGTH_EXCEEDED,
                        "This model's maximum context length is 50 tokens. However, your messages resulted in 50"
                                + " tokens. Please reduce the length of the messages.",
                        "messages",
                        0));
    }

    @Test
    void moreTokensThanTheRoomAreLoweredToIt() throws Exception {
        assertThat(admitted(Commands.command(1, "x".repeat(CONTEXT - 2), 1_000)))
                .isEqualTo(new Accepted(CONTEXT - 2));
        assertThat(nextEnd().usage().completionTokens()).isBetween(1, 2);
    }

    @Test
    void anUnknownModelIsNamedBesideTheKnownOnes() {
        GenerateCommand command = Commands.command(1, "x", 1);
        GenerateCommand foreign = GenerateCommand.of(command.request(), new ModelName("gpt-4"), command.messages())
                .frames(command.apiNode(), 0)
                .build();
        assertThat(door.admit(foreign).result())
                .isEqualTo(new Rejected(Reason.MODEL_NOT_FOUND, "model: 'gpt-4' (expected: letters)", "model", 0));
    }

    @Test
    void aTokenThatTheModelDoesNotHaveIsNamedWithItsField() {
        GenerateCommand command = Commands.command(1, "x", 1);
        GenerateCommand biased = command.but()
                .sampling(command.sampling().withLogitBias(LogitBias.of(Map.of(5, 1.0, 64, 1.0))))
                .build();
        assertThat(door.admit(biased).result())
                .isEqualTo(new Rejected(
                        Reason.INVALID_REQUEST, "logit_bias: token 64 (expected: 0..63)", "logit_bias", 0));
        GenerateCommand stopped = command.but()
                .stop(command.stop().withTokens(TokenIds.of(63, 99)))
                .build();
        assertThat(door.admit(stopped).result())
                .isEqualTo(new Rejected(
                        Reason.INVALID_REQUEST, "stop_token_ids: token 99 (expected: 0..63)", "stop_token_ids", 0));
    }

    @Test
    void aConversationThatTheTemplateRefusesIsAnInvalidRequest() {
        GenerateCommand command = Commands.command(1, "x", 1);
        GenerateCommand refused =
                command.but().messages(List.of(new ChatMessage("nobody", "x"))).build();
        assertThat(admitted(refused))
                .isEqualTo(new Rejected(
                        Reason.INVALID_REQUEST, "messages: role 'nobody' (expected: user)", "messages", 0));
        assertThat(admitted(Commands.command(2, "", 1)))
                .isEqualTo(new Rejected(Reason.INVALID_REQUEST, "messages: an empty prompt", "messages", 0));
    }

    @Test
    void moreChoicesThanTheEngineHasSlotsNeedMemoryForACopyOfTheirPrompt() {
        assertThat(admitted(Commands.choices(Commands.command(1, "x".repeat(MOST_PARKED), 4), 5)))
                .isEqualTo(new Accepted(MOST_PARKED));
        assertThat(admitted(Commands.choices(Commands.command(2, "x".repeat(MOST_PARKED + 1), 4), 2)))
                .isEqualTo(new Rejected(
                        Reason.INVALID_REQUEST,
                        "n: 2 choices of a prompt of 21 tokens (expected: 1..1, the engine's slots)",
                        "n",
                        0));
    }

    @Test
    void aRepeatedCommandGetsTheFirstAnswerAndIsRenderedOnce() throws Exception {
        GenerateCommand command = Commands.command(1, "hello", 4);
        Future<Admission> first = door.admit(command);
        Future<Admission> second = door.admit(command);
        assertThat(renderings).hasSize(1);
        finishRendering();
        assertThat(second.result()).isEqualTo(first.result()).isEqualTo(new Accepted(5));
        nextEnd();
        assertThat(door.admit(command).result()).isEqualTo(new Accepted(5));
        assertThat(renderings).isEmpty();
    }

    @Test
    void aCancelBeforeTheCommandWins() {
        GenerateCommand command = Commands.command(1, "hello", 4);
        door.cancel(new CancelStream(command.request(), 0));
        expectCancelled(door.admit(command));
        assertThat(renderings).isEmpty();
    }

    @Test
    void aCancelWhileThePromptIsRenderedWins() {
        GenerateCommand command = Commands.command(1, "hello", 4);
        Future<Admission> answer = door.admit(command);
        door.cancel(new CancelStream(command.request(), 0));
        finishRendering();
        expectCancelled(answer);
        assertThat(scheduler.whenIdle()).isDone();
    }

    @Test
    void aLaterAttemptTakesOverWhicheverIsRenderedFirst() throws Exception {
        GenerateCommand first = Commands.command(1, "hello", 4);
        GenerateCommand second = Commands.resumed(first, TokenIds.EMPTY);
        Future<Admission> firstAnswer = door.admit(first);
        Future<Admission> secondAnswer = door.admit(second);
        finishRendering();
        finishRendering();
        expectCancelled(firstAnswer);
        assertThat(secondAnswer.result()).isEqualTo(new Accepted(5));
        assertThat(nextEnd().attempt()).isEqualTo(1);
        expectCancelled(door.admit(first));
    }

    @Test
    void aGrammarThatCannotBeCompiledIsRejectedWithItsField() {
        GenerateCommand command = Commands.command(1, "a", 1)
                .but()
                .form(new ResponseForm.JsonObject())
                .build();
        assertThat(admitted(command))
                .isEqualTo(new Rejected(
                        Reason.INVALID_REQUEST,
                        "response_format: the model's answers have no grammar (expected: text)",
                        "response_format",
                        0));
        assertThat(admitted(Commands.command(1, "a", 1)))
                .as("nothing is left of it")
                .isEqualTo(new Accepted(1));
    }

    @Test
    void aTemplateThatKnowsNoToolsIsGivenThemAsText() {
        GenerateCommand command = Commands.command(1, "a", 1);
        Tools none = new Tools(List.of(new ToolDefinition("add", "", "{}", false)), new ToolChoice.None(), true);
        assertThat(admitted(command.but().tools(none).build())).isEqualTo(new Accepted(1));
        Tools auto = new Tools(none.definitions(), new ToolChoice.Auto(), true);
        assertThat(admitted(Commands.command(2, "a", 1).but().tools(auto).build()))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.message()).contains("context length is 50"));
    }

    @Test
    void moreCommandsThanMayBeRenderedAtOnceAreOverload() {
        door.admit(Commands.command(1, "a", 1));
        door.admit(Commands.command(2, "b", 1));
        Admission third = door.admit(Commands.command(3, "c", 1)).result();
        assertThat(third).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.reason()).isEqualTo(Reason.OVERLOADED);
            assertThat(rejected.retryAfterMillis()).isPositive();
        });
        finishRendering();
        door.admit(Commands.command(3, "c", 1));
        assertThat(renderings)
                .as("there is room again, and the refusal is forgotten")
                .hasSize(2);
    }

    @Test
    void aDrainingDoorRejectsAlsoWhatIsBeingRendered() {
        Future<Admission> late = door.admit(Commands.command(1, "a", 1));
        door.drain();
        finishRendering();
        assertThat(((Rejected) late.result()).reason()).isEqualTo(Reason.DRAINING);
        assertThat(((Rejected) door.admit(Commands.command(2, "b", 1)).result()).reason())
                .isEqualTo(Reason.DRAINING);
    }

    private static void expectCancelled(Future<Admission> answer) {
        assertThat(answer.result())
                .isEqualTo(new Rejected(Reason.INVALID_REQUEST, "the stream was cancelled before it began", null, 0));
    }

    private Admission admitted(GenerateCommand command) {
        Future<Admission> answer = door.admit(command);
        finishRendering();
        return answer.result();
    }

    private void finishRendering() {
        renderings.remove().finish();
    }

    private StreamEnd nextEnd() throws InterruptedException {
        while (true) {
            StreamFrame frame = frames.poll(10, TimeUnit.SECONDS);
            assertThat(frame).as("a frame within 10 s").isNotNull();
            if (frame instanceof StreamEnd end) {
                return end;
            }
        }
    }
}
