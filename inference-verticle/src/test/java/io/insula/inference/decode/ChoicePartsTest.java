package io.insula.inference.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.decode.ChoiceDecoder.Step;
import io.insula.inference.decode.parts.CallRules;
import io.insula.inference.decode.parts.ReasoningStart;
import io.insula.protocol.RequestId;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolCallDelta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChoicePartsTest {

    private static final CallIds IDS = new CallIds(new RequestId(new UUID(7, 1)), 0);
    private static final Set<String> TOOLS = Set.of("add", "now");
    private static final String CALL =
            "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": \"é STOP\"}}\n</tool_call>";

    /** {@code <think>} and {@code <tool_call>} in the template, both spelled by ordinary tokens. */
    private static final ByteTokenizer SPELLED = new ByteTokenizer("<think></think><tool_call>", List.of(), List.of());

    /** Mistral's way: every tag is a control token. */
    private static final ByteTokenizer CONTROL = new ByteTokenizer(
            "[THINK][TOOL_CALLS][ARGS]", List.of("[THINK]", "[/THINK]", "[TOOL_CALLS]", "[ARGS]"), List.of());

    private record Answer(List<Step> steps) {

        String text() {
            return steps.stream().map(Step::text).collect(Collectors.joining());
        }

        String reasoning() {
            return steps.stream().map(Step::reasoning).collect(Collectors.joining());
        }

        List<ToolCallDelta> calls() {
            return steps.stream().flatMap(step -> step.toolCalls().stream()).toList();
        }

        /** Names and arguments, put together. */
        List<String> called() {
            List<String> called = new ArrayList<>();
            for (ToolCallDelta delta : calls()) {
                if (delta.starts()) {
                    called.add(delta.name());
                } else {
                    called.add(called.removeLast() + delta.arguments());
                }
            }
            return called;
        }

        @Nullable
        FinishReason finish() {
            return steps.getLast().finish();
        }
    }

    @Test
    void reasoningTextAndCallsComeApart() {
        Answer answer = answer(SPELLED, true, List.of("STOP"), "<think>\nSTOP?\n</think>\n\nyes\n" + CALL);
        assertThat(answer.reasoning()).isEqualTo("STOP?");
        assertThat(answer.text()).isEqualTo("yes");
        assertThat(answer.called()).containsExactly("add{\"a\": \"é STOP\"}");
        assertThat(answer.finish()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(answer.calls().getFirst()).isEqualTo(ToolCallDelta.start(0, IDS.of(0), "add"));
        assertThat(answer.calls().stream().skip(1))
                .allMatch(delta -> delta.index() == 0 && !delta.arguments().isEmpty());
    }

    @Test
    void stopStringsEndTheVisibleTextAlone() {
        Answer answer = answer(SPELLED, true, List.of("STOP"), "<think>STOP</think>a ST" + CALL + "OP never");
        assertThat(answer.text()).as("a stop string across a call").isEqualTo("a ");
        assertThat(answer.called()).containsExactly("add{\"a\": \"é STOP\"}");
        assertThat(answer.finish()).isEqualTo(FinishReason.TOOL_CALLS);

        Answer stopped = answer(SPELLED, true, List.of("STOP"), "<think>STOP</think>a STOP" + CALL);
        assertThat(stopped.text()).isEqualTo("a ");
        assertThat(stopped.calls()).isEmpty();
        assertThat(stopped.finish()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void severalCallsHaveIdsOfTheirOwn() {
        Answer answer =
                answer(SPELLED, true, List.of(), CALL + "\n<tool_call>{\"name\":\"now\",\"arguments\":{}}</tool_call>");
        assertThat(answer.called()).containsExactly("add{\"a\": \"é STOP\"}", "now{}");
        assertThat(answer.calls().stream().filter(ToolCallDelta::starts))
                .containsExactly(ToolCallDelta.start(0, IDS.of(0), "add"), ToolCallDelta.start(1, IDS.of(1), "now"));
    }

    @Test
    void aChoiceThatMayMakeOneCallEndsWithIt() {
        Answer answer = answer(SPELLED, false, List.of(), "so" + CALL + CALL);
        assertThat(answer.called()).containsExactly("add{\"a\": \"é STOP\"}");
        assertThat(answer.steps()).hasSize(("so" + CALL).indexOf("}}") + 1 + 1);
        assertThat(answer.finish()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void aCallThatIsCutShortIsNoReasonToFinish() {
        Answer answer = answer(SPELLED, true, List.of(), CALL.substring(0, CALL.indexOf("STOP")));
        assertThat(answer.called()).containsExactly("add{\"a\": \"é ");
        assertThat(answer.finish()).isEqualTo(FinishReason.STOP);
        ChoiceDecoder limited = decoder(SPELLED, true, List.of(), CALL.length() + 1, ReasoningStart.POSSIBLE);
        Answer whole = run(limited, SPELLED, CALL + " and more");
        assertThat(whole.finish()).isEqualTo(FinishReason.LENGTH);
        assertThat(whole.called()).containsExactly("add{\"a\": \"é STOP\"}");
    }

    @Test
    void aChoiceWithABrokenCallDoesNotFinishForItsCalls() {
        String whole = "<tool_call>{\"name\":\"now\",\"arguments\":{}}</tool_call>";
        for (String broken : List.of("{\"a\":[", "{a:[}}", "{\"a\":[1}}", "{\"a\":{1]}")) {
            String call = "<tool_call>{\"name\":\"add\",\"arguments\":" + broken;
            for (String text : List.of(call, whole + call, call + "}</tool_call>" + whole)) {
                Answer answer = answer(SPELLED, true, List.of(), text);
                assertThat(answer.called()).as(text).isNotEmpty();
                assertThat(answer.finish()).as(text).isEqualTo(FinishReason.STOP);
            }
        }
        Answer strings =
                answer(SPELLED, true, List.of(), whole + "<tool_call>{\"name\":\"add\",\"arguments\":{\"a\":[\"}\"]}}");
        assertThat(strings.called()).containsExactly("now{}", "add{\"a\":[\"}\"]}");
        assertThat(strings.finish()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void withoutToolsNothingIsACall() {
        AnswerSyntax syntax = AnswerSyntax.of(SPELLED);
        ChoiceDecoder decoder = new ChoiceDecoder(
                SPELLED, new AnswerPlan(syntax, ReasoningStart.POSSIBLE, null, null), IDS, StopConditions.NONE, 1000);
        Answer answer = run(decoder, SPELLED, "<think>a</think>" + CALL);
        assertThat(answer.reasoning()).isEqualTo("a");
        assertThat(answer.text()).isEqualTo(CALL);
        assertThat(answer.finish()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void controlTokensAreTheTagsThatTheyStandFor() {
        List<Integer> tokens = new ArrayList<>();
        tokens.add(token("[THINK]"));
        add(tokens, "hm");
        tokens.add(token("[/THINK]"));
        add(tokens, "ok\u00e9".substring(0, 2));
        tokens.add(0xC3);
        tokens.add(token("[TOOL_CALLS]"));
        add(tokens, "add");
        tokens.add(token("[ARGS]"));
        add(tokens, "{\"x\": 1}");
        tokens.add(ByteTokenizer.END);
        int[] ids = tokens.stream().mapToInt(Integer::intValue).toArray();

        ChoiceDecoder decoder = decoder(CONTROL, true, List.of(), 100, ReasoningStart.POSSIBLE);
        Answer answer = run(decoder, ids);
        assertThat(answer.reasoning()).isEqualTo("hm");
        assertThat(answer.text())
                .as("a code point that a control token cuts short")
                .isEqualTo("ok\uFFFD");
        assertThat(answer.called()).containsExactly("add{\"x\": 1}");
        assertThat(answer.finish()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(decoder.reasoningTokens()).isEqualTo(4);

        ChoiceDecoder plain = new ChoiceDecoder(
                CONTROL,
                new AnswerPlan(AnswerSyntax.of(CONTROL), ReasoningStart.POSSIBLE, null, null),
                IDS,
                StopConditions.NONE,
                100);
        assertThat(run(plain, ids).text()).as("without tools they have no text").isEqualTo("ok\uFFFDadd{\"x\": 1}");
    }

    @Test
    void thePromptSaysWhereTheReasoningStands() {
        AnswerSyntax syntax = AnswerSyntax.of(CONTROL);
        TokenIds open = TokenIds.of('h', 'i', token("[THINK]"), '\n');
        TokenIds closed = TokenIds.of('h', 'i', token("[THINK]"), '\n', token("[/THINK]"), '\n', '\n');
        assertThat(syntax.reasoningAfter(open)).isEqualTo(ReasoningStart.OPEN);
        assertThat(syntax.reasoningAfter(closed)).isEqualTo(ReasoningStart.CLOSED);
        assertThat(syntax.reasoningAfter(TokenIds.of('h'))).isEqualTo(ReasoningStart.POSSIBLE);
        TokenIds said = TokenIds.of(CONTROL.encodeText("Explain [THINK]"));
        TokenIds ended =
                TokenIds.of(IntStream.concat(IntStream.of(said.toArray()), IntStream.of(ByteTokenizer.END, '\n'))
                        .toArray());
        assertThat(syntax.reasoningAfter(ended))
                .as("text of a message before a control token")
                .isEqualTo(ReasoningStart.POSSIBLE);
        assertThat(AnswerSyntax.of(new ByteTokenizer()).reasoningAfter(open)).isEqualTo(ReasoningStart.NEVER);
    }

    @Test
    void resumedAtAnyTokenTheSamePartsAndIdsGoOn() {
        String text = "<think> 👩‍👩‍👧 <b>\n</think> \nSTO " + CALL
                + "\n<tool_call>{\"arguments\": {\"b\": [1]}, \"name\": \"add\"}</tool_call>"
                + "<tool_call>{\"name\": \"gone\"}</tool_call> ST";
        int[] tokens = withEnd(SPELLED.encodeText(text));
        for (boolean parallel : new boolean[] {true, false}) {
            for (List<String> stops : List.of(List.<String>of(), List.of("STOP", "gone\"}<"))) {
                List<Step> undisturbed = run(decoder(SPELLED, parallel, stops, 1000, ReasoningStart.POSSIBLE), tokens)
                        .steps();
                for (int cut = 0; cut < undisturbed.size(); cut++) {
                    ChoiceDecoder resumed = decoder(SPELLED, parallel, stops, 1000, ReasoningStart.POSSIBLE);
                    resumed.replay(TokenIds.of(Arrays.copyOf(tokens, cut)));
                    for (int i = cut; i < undisturbed.size(); i++) {
                        assertThat(resumed.accept(tokens[i]))
                                .as("token %d after a cut at %d, stops %s, parallel %s", i, cut, stops, parallel)
                                .isEqualTo(undisturbed.get(i));
                    }
                    assertThat(resumed.finish()).isNotNull();
                }
            }
        }
    }

    @Test
    void callIdsDependOnRequestChoiceAndCallAlone() {
        CallIds other = new CallIds(new RequestId(new UUID(7, 1)), 1);
        assertThat(IDS.of(0)).matches("call_[0-9A-Za-z]{24}").isEqualTo(new CallIds(IDS.request(), 0).of(0));
        assertThat(Set.of(IDS.of(0), IDS.of(1), other.of(0), new CallIds(new RequestId(new UUID(7, 2)), 0).of(0)))
                .hasSize(4);
    }

    private static Answer answer(ByteTokenizer tokenizer, boolean parallel, List<String> stops, String text) {
        return run(decoder(tokenizer, parallel, stops, 1000, ReasoningStart.POSSIBLE), tokenizer, text);
    }

    private static ChoiceDecoder decoder(
            ByteTokenizer tokenizer, boolean parallel, List<String> stops, int maxTokens, ReasoningStart start) {
        AnswerSyntax syntax = AnswerSyntax.of(tokenizer);
        CallRules rules = new CallRules(syntax.tools(), TOOLS, parallel, CallRules.Held.FREE);
        return new ChoiceDecoder(
                tokenizer, new AnswerPlan(syntax, start, rules, null), IDS, StopConditions.of(0, stops), maxTokens);
    }

    private static Answer run(ChoiceDecoder decoder, ByteTokenizer tokenizer, String text) {
        return run(decoder, withEnd(tokenizer.encodeText(text)));
    }

    private static Answer run(ChoiceDecoder decoder, int[] tokens) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < tokens.length && decoder.finish() == null; i++) {
            steps.add(decoder.accept(tokens[i]));
        }
        return new Answer(steps);
    }

    private static int[] withEnd(int[] tokens) {
        int[] ended = Arrays.copyOf(tokens, tokens.length + 1);
        ended[tokens.length] = ByteTokenizer.END;
        return ended;
    }

    private static int token(String text) {
        return CONTROL.special(text).orElseThrow();
    }

    private static void add(List<Integer> tokens, String text) {
        for (int token : CONTROL.encodeText(text)) {
            tokens.add(token);
        }
    }
}
