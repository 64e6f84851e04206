package io.insula.inference.admission;

import io.insula.inference.decode.AnswerPlan;
import io.insula.inference.decode.AnswerSyntax;
import io.insula.inference.decode.EitherMask;
import io.insula.inference.decode.GrammarMask;
import io.insula.inference.decode.parts.CallRules;
import io.insula.inference.decode.parts.CallRules.Held;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a command's answers are made of and what they have to match, and has that compiled.
 *
 * <p>A choice that has to call is held to calls and to the schemas of all tools. One that may call is held to the schemas of
 * strict tools once it calls; where its text has a form, too, it is a text of that form or calls.
 *
 * <p><b>Thread:</b> workers.
 *
 * <p><b>Errors:</b> a {@link GrammarRefusedException} for what cannot be compiled.
 */
final class AnswerPlanner {

    /** What the arguments of a tool have to be that nobody asked to be strict with. */
    private static final String ANY_OBJECT = "{\"type\": \"object\"}";

    private final AnswerSyntax syntax;
    private final AnswerGrammars grammars;

    AnswerPlanner(AnswerSyntax syntax, AnswerGrammars grammars) {
        this.syntax = syntax;
        this.grammars = grammars;
    }

    /** Whether a command's answers have to match a grammar. */
    static boolean compiles(GenerateCommand command) {
        Tools tools = callable(command.tools());
        return !isFree(command.form()) || (!tools.isEmpty() && held(tools, command.form()) != Held.FREE);
    }

    AnswerPlan plan(GenerateCommand command, TokenIds prompt) {
        Tools tools = callable(command.tools());
        Held held = held(tools, command.form());
        CallRules rules = tools.isEmpty() ? null : new CallRules(syntax.tools(), names(tools), tools.parallel(), held);
        int place = tools.isEmpty()
                ? 0
                : command.tools().definitions().indexOf(tools.definitions().getFirst());
        Supplier<GrammarMask> grammar = grammar(tools, place, command.form(), held);
        if (grammar != null) {
            syntax.prepareGrammars();
        }
        return new AnswerPlan(syntax, syntax.reasoningAfter(prompt), rules, grammar);
    }

    /** The tools that the answer may call. */
    private static Tools callable(Tools tools) {
        return switch (tools.choice()) {
            case ToolChoice.None() -> Tools.NONE;
            case ToolChoice.Named(String name) ->
                new Tools(
                        tools.definitions().stream()
                                .filter(tool -> tool.name().equals(name))
                                .toList(),
                        tools.choice(),
                        tools.parallel());
            case ToolChoice.Auto(), ToolChoice.Required() -> tools;
        };
    }

    private static Held held(Tools tools, ResponseForm form) {
        if (tools.choice().enforced()) {
            return Held.ANSWER;
        }
        boolean strict = tools.definitions().stream().anyMatch(ToolDefinition::strict);
        return strict || !isFree(form) ? Held.CALLS : Held.FREE;
    }

    private @Nullable Supplier<GrammarMask> grammar(Tools tools, int place, ResponseForm form, Held held) {
        if (tools.isEmpty()) {
            return isFree(form) ? null : grammars.ofForm(form);
        }
        if (held == Held.FREE) {
            return null;
        }
        boolean anyText = held == Held.CALLS && isFree(form);
        Supplier<GrammarMask> calls = grammars.ofCalls(
                new CallGrammar(syntax.tools().form(), schemas(tools, held), place, tools.parallel(), anyText));
        if (held == Held.ANSWER || anyText) {
            return calls;
        }
        Supplier<GrammarMask> text = grammars.ofForm(form);
        return () -> new EitherMask(text.get(), calls.get());
    }

    private static List<ToolDefinition> schemas(Tools tools, Held held) {
        return tools.definitions().stream()
                .map(tool -> held == Held.ANSWER || tool.strict()
                        ? tool
                        : new ToolDefinition(tool.name(), tool.description(), ANY_OBJECT, false))
                .toList();
    }

    private static boolean isFree(ResponseForm form) {
        return form instanceof ResponseForm.Text;
    }

    private static Set<String> names(Tools tools) {
        return tools.definitions().stream().map(ToolDefinition::name).collect(Collectors.toSet());
    }
}
