package io.insula.inference.admission;

import io.insula.inference.decode.AnswerSyntax;
import io.insula.inference.schedule.Scheduler;
import io.insula.inference.text.ChatTokenizer;

/**
 * A model that commands can name.
 *
 * @param tokenizer renders its prompts
 * @param syntax how it writes reasoning and tool calls
 * @param grammars what its answers can be held to
 * @param scheduler runs its streams
 */
public record AdmittedModel(
        ChatTokenizer tokenizer, AnswerSyntax syntax, AnswerGrammars grammars, Scheduler scheduler) {

    /** A model whose answers have no grammar. */
    public AdmittedModel(ChatTokenizer tokenizer, Scheduler scheduler) {
        this(tokenizer, AnswerSyntax.of(tokenizer), AnswerGrammars.NONE, scheduler);
    }
}
