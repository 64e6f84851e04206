package io.insula.inference.admission;

import io.insula.inference.decode.AnswerSyntax;
import io.insula.inference.decode.GrammarMask;
import io.insula.inference.decode.parts.CallForm;
import io.insula.inference.grammar.CompiledGrammar;
import io.insula.inference.grammar.GrammarCompiler;
import io.insula.inference.grammar.GrammarConfig;
import io.insula.inference.grammar.GrammarException;
import io.insula.inference.grammar.GrammarSource;
import io.insula.inference.grammar.GrammarVocabulary;
import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.TokenIds;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The grammars of one model: over its vocabulary, with the tags of its tool calls as text. */
public final class CompiledGrammars implements AnswerGrammars {

    private static final String FORM = "response_format";
    /** Calls of one answer, where several are allowed. */
    private static final int MOST_CALLS = 128;

    private final ChatTokenizer tokenizer;
    private final AnswerSyntax syntax;
    private final GrammarConfig config;
    private @Nullable GrammarCompiler compiler;

    public CompiledGrammars(ChatTokenizer tokenizer, AnswerSyntax syntax, GrammarConfig config) {
        this.tokenizer = tokenizer;
        this.syntax = syntax;
        this.config = config;
    }

    @Override
    public Supplier<GrammarMask> ofForm(ResponseForm form) {
        GrammarSource source = switch (form) {
            case ResponseForm.Text() -> throw new IllegalArgumentException("form: text (expected: one with a grammar)");
            case ResponseForm.JsonObject() -> new GrammarSource.JsonObject();
            case ResponseForm.JsonSchema(String schema, boolean strict) -> new GrammarSource.JsonSchema(schema);
            case ResponseForm.Regex(String pattern) -> new GrammarSource.Regex(pattern);
            case ResponseForm.Choice choice -> new GrammarSource.Choice(choice.texts());
        };
        try {
            return masks(source);
        } catch (GrammarException e) {
            throw new GrammarRefusedException(FORM, FORM + ": " + e.getMessage());
        }
    }

    @Override
    public Supplier<GrammarMask> ofCalls(CallGrammar calls) {
        CallForm form = calls.form();
        try {
            return masks(new GrammarSource.ToolCalls(
                    calls.tools().stream()
                            .map(tool -> new GrammarSource.Tool(tool.name(), tool.parameters()))
                            .toList(),
                    new GrammarSource.CallForm(
                            form.opening(),
                            form.beforeName(),
                            form.beforeArguments(),
                            form.afterArguments(),
                            form.separator(),
                            form.closing(),
                            form.tag()),
                    -1,
                    calls.parallel() ? MOST_CALLS : 1,
                    calls.freeText()));
        } catch (GrammarException e) {
            throw refused(calls, e);
        }
    }

    /** Names the tool whose parameters cannot be compiled, or the tools when it is all of them together. */
    private static GrammarRefusedException refused(CallGrammar calls, GrammarException failure) {
        String param =
                failure.tool() < 0 ? "tools" : "tools[" + (calls.place() + failure.tool()) + "].function.parameters";
        return new GrammarRefusedException(param, param + ": " + failure.getMessage());
    }

    private Supplier<GrammarMask> masks(GrammarSource source) {
        CompiledGrammar grammar = compiler().compile(source);
        return () -> new StateMask(grammar.start());
    }

    /** Made with the first grammar, which takes some hundredths of a second. */
    private synchronized GrammarCompiler compiler() {
        if (compiler == null) {
            compiler = new GrammarCompiler(vocabulary(), config);
        }
        return compiler;
    }

    /** What ends a choice is not the grammar's matter, and no text. */
    private GrammarVocabulary vocabulary() {
        byte[] none = new byte[0];
        try {
            return GrammarVocabulary.of(
                    token -> tokenizer.isEnd(token) ? none : syntax.bytes(token),
                    tokenizer.vocabulary(),
                    TokenIds.EMPTY);
        } catch (IllegalArgumentException e) {
            throw new GrammarException("", "", "the model's answers have no grammar: " + e.getMessage());
        }
    }
}
