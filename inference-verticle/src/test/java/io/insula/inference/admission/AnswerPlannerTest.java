package io.insula.inference.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.decode.AnswerPlan;
import io.insula.inference.decode.AnswerSyntax;
import io.insula.inference.decode.ByteTokenizer;
import io.insula.inference.decode.EitherMask;
import io.insula.inference.decode.GrammarMask;
import io.insula.inference.decode.TextsGrammar;
import io.insula.inference.decode.parts.CallRules;
import io.insula.inference.decode.parts.CallRules.Held;
import io.insula.inference.decode.parts.ReasoningStart;
import io.insula.inference.decode.parts.ToolSyntax;
import io.insula.inference.schedule.Commands;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnswerPlannerTest {

    private static final ToolDefinition ADD = new ToolDefinition("add", "", "{\"type\":\"object\",\"a\":1}", false);
    private static final ToolDefinition STRICT = new ToolDefinition("now", "", "{\"type\":\"object\",\"b\":1}", true);
    private static final ResponseForm TEXT = new ResponseForm.Text();
    private static final ResponseForm JSON = new ResponseForm.JsonObject();
    private static final ByteTokenizer TOKENIZER =
            new ByteTokenizer("<think>[TOOL_CALLS][ARGS]", List.of("[TOOL_CALLS]", "[ARGS]"), List.of());
    private static final AnswerSyntax SYNTAX = AnswerSyntax.of(TOKENIZER);

    /** What was compiled. */
    private final List<Object> compiled = new ArrayList<>();

    private final AnswerGrammars grammars = new AnswerGrammars() {
        @Override
        public Supplier<GrammarMask> ofForm(ResponseForm form) {
            compiled.add(form);
            return () -> grammar("{}");
        }

        @Override
        public Supplier<GrammarMask> ofCalls(CallGrammar calls) {
            compiled.add(calls);
            return () -> grammar("[TOOL_CALLS]add[ARGS]{}");
        }
    };

    @Test
    void withoutToolsAndFormAnyTextWillDo() {
        AnswerPlan plan = plan(Tools.NONE, TEXT);
        assertThat(plan.calls()).isNull();
        assertThat(plan.grammar()).isNull();
        assertThat(plan.reasoning()).isEqualTo(ReasoningStart.OPEN);
        assertThat(compiled).isEmpty();
    }

    @Test
    void toolsThatMustNotBeCalledAreNotLookedFor() {
        AnswerPlan plan = plan(tools(new ToolChoice.None(), true, ADD, STRICT), JSON);
        assertThat(plan.calls()).isNull();
        assertThat(compiled).containsExactly(JSON);
    }

    @Test
    void toolsThatMayBeCalledAreFreeUnlessOneIsStrict() {
        AnswerPlan free = plan(tools(new ToolChoice.Auto(), true, ADD), TEXT);
        assertThat(free.calls()).isEqualTo(new CallRules(ToolSyntax.MISTRAL_NAMED, Set.of("add"), true, Held.FREE));
        assertThat(free.grammar()).isNull();

        AnswerPlan strict = plan(tools(new ToolChoice.Auto(), false, ADD, STRICT), TEXT);
        assertThat(strict.calls())
                .isEqualTo(new CallRules(ToolSyntax.MISTRAL_NAMED, Set.of("add", "now"), false, Held.CALLS));
        assertThat(strict.grammar()).isNotNull();
        assertThat(compiled)
                .containsExactly(new CallGrammar(
                        ToolSyntax.MISTRAL_NAMED.form(),
                        List.of(new ToolDefinition("add", "", "{\"type\": \"object\"}", false), STRICT),
                        0,
                        false,
                        true));
    }

    @Test
    void toolsThatMustBeCalledAreHeldToTheirSchemas() {
        AnswerPlan required = plan(tools(new ToolChoice.Required(), true, ADD, STRICT), JSON);
        assertThat(required.calls())
                .isEqualTo(new CallRules(ToolSyntax.MISTRAL_NAMED, Set.of("add", "now"), true, Held.ANSWER));
        AnswerPlan named = plan(tools(new ToolChoice.Named("add"), true, ADD, STRICT), TEXT);
        assertThat(named.calls()).isEqualTo(new CallRules(ToolSyntax.MISTRAL_NAMED, Set.of("add"), true, Held.ANSWER));
        assertThat(compiled)
                .containsExactly(
                        new CallGrammar(ToolSyntax.MISTRAL_NAMED.form(), List.of(ADD, STRICT), 0, true, false),
                        new CallGrammar(ToolSyntax.MISTRAL_NAMED.form(), List.of(ADD), 0, true, false));
    }

    @Test
    void aFormAndToolsThatMayBeCalledAreEitherOr() {
        AnswerPlan plan = plan(tools(new ToolChoice.Auto(), true, ADD), JSON);
        assertThat(compiled).hasSize(2).contains(JSON);
        Supplier<GrammarMask> grammar = plan.grammar();
        assertThat(grammar).isNotNull();
        GrammarMask mask = grammar == null ? grammar("") : grammar.get();
        int control = TOKENIZER.special("[TOOL_CALLS]").orElseThrow();
        assertThat(allowed(mask)).containsExactly('[', '{', control);
        mask.accept(control);
        assertThat(allowed(mask)).containsExactly('a');
        assertThat(mask.only()).isEqualTo('a');
    }

    @Test
    void twoGrammarsLiveOnWhileBothFit() {
        GrammarMask mask = new EitherMask(grammar("ab"), grammar("abc"));
        assertThat(mask.only()).isEqualTo('a');
        mask.accept('a');
        mask.accept('b');
        assertThat(mask.complete()).isTrue();
        assertThat(mask.mustEnd()).isFalse();
        assertThat(mask.only()).isEqualTo(-1);
        assertThat(allowed(mask)).containsExactly('c');
        assertThatThrownBy(() -> mask.accept('x')).hasMessageContaining("token 120");
        mask.accept('c');
        assertThat(mask.mustEnd()).isTrue();
    }

    @Test
    void aModelWithoutGrammarsRefusesWhatNeedsOne() {
        AnswerPlanner planner = new AnswerPlanner(SYNTAX, AnswerGrammars.NONE);
        assertThatThrownBy(() -> planner.plan(command(Tools.NONE, JSON), TokenIds.of('x')))
                .isInstanceOfSatisfying(
                        GrammarRefusedException.class,
                        refused -> assertThat(refused.param()).isEqualTo("response_format"));
        assertThatThrownBy(() ->
                        planner.plan(command(tools(new ToolChoice.Required(), true, ADD), TEXT), TokenIds.of('x')))
                .isInstanceOfSatisfying(
                        GrammarRefusedException.class,
                        refused -> assertThat(refused.param()).isEqualTo("tool_choice"));
    }

    private AnswerPlan plan(Tools tools, ResponseForm form) {
        return new AnswerPlanner(SYNTAX, grammars)
                .plan(command(tools, form), TokenIds.of(TOKENIZER.encodeText("hi<think>\n")));
    }

    private static GenerateCommand command(Tools tools, ResponseForm form) {
        return Commands.command(1, "hi", 9).but().tools(tools).form(form).build();
    }

    private static Tools tools(ToolChoice choice, boolean parallel, ToolDefinition... definitions) {
        return new Tools(List.of(definitions), choice, parallel);
    }

    private static GrammarMask grammar(String text) {
        return new TextsGrammar(List.of(text), SYNTAX::bytes, TOKENIZER.vocabulary());
    }

    private static int[] allowed(GrammarMask mask) {
        long[] words = mask.words();
        return IntStream.range(0, TOKENIZER.vocabulary())
                .filter(token -> (words[token / 64] >>> token & 1) != 0)
                .toArray();
    }
}
