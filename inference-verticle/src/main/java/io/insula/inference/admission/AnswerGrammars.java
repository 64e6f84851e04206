package io.insula.inference.admission;

import io.insula.inference.decode.GrammarMask;
import io.insula.protocol.ResponseForm;
import java.util.function.Supplier;

/**
 * Compiles what answers of one model have to match.
 *
 * <p>Grammars are over the bytes that {@link io.insula.inference.decode.AnswerSyntax#bytes} gives tokens.
 *
 * <p><b>Thread:</b> workers; what is returned is used by any thread and begins the grammar of one choice each time.
 *
 * <p><b>Errors:</b> a {@link GrammarRefusedException} for what cannot be compiled.
 */
public interface AnswerGrammars {

    /** Grammars of a model that has none. */
    AnswerGrammars NONE = new AnswerGrammars() {
        @Override
        public Supplier<GrammarMask> ofForm(ResponseForm form) {
            throw new GrammarRefusedException(
                    "response_format", "response_format: the model's answers have no grammar (expected: text)");
        }

        @Override
        public Supplier<GrammarMask> ofCalls(CallGrammar calls) {
            throw new GrammarRefusedException(
                    "tool_choice",
                    "tool_choice: the model's answers have no grammar (expected: auto or none, without strict tools)");
        }
    };

    /**
     * The grammar of a text.
     *
     * @param form not {@link ResponseForm.Text}
     */
    Supplier<GrammarMask> ofForm(ResponseForm form);

    /** The grammar of tool calls. */
    Supplier<GrammarMask> ofCalls(CallGrammar calls);
}
