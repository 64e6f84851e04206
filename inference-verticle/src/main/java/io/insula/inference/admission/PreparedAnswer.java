package io.insula.inference.admission;

import io.insula.inference.decode.AnswerPlan;
import io.insula.inference.text.Conversation;
import io.insula.inference.text.PromptException;
import io.insula.inference.text.TemplateTraits;
import io.insula.inference.text.ToolPrompt;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.TokenIds;
import java.util.List;

/**
 * What a command needs before it is scheduled.
 *
 * @param prompt the rendered conversation
 * @param plan what its answers are made of
 */
public record PreparedAnswer(TokenIds prompt, AnswerPlan plan) {

    /**
     * Renders a command's conversation and compiles what its answers have to match; takes its time.
     *
     * @throws PromptException when the template refuses the conversation
     * @throws GrammarRefusedException when the grammar cannot be compiled
     */
    static PreparedAnswer of(GenerateCommand command, AdmittedModel model) {
        TokenIds prompt = model.tokenizer().prompt(conversation(command, model)).tokens();
        AnswerPlan plan = new AnswerPlanner(model.syntax(), model.grammars()).plan(command, prompt);
        return new PreparedAnswer(prompt, plan);
    }

    /** The conversation as the model's template can write it. */
    private static Conversation conversation(GenerateCommand command, AdmittedModel model) {
        Conversation asked = Conversation.of(command);
        TemplateTraits traits = model.tokenizer().traits();
        boolean toolsToo = asked.tools().isEmpty() || model.syntax().templateAsksForTools();
        boolean history = (traits.toolCalls() && traits.toolResults()) || ToolPrompt.isPlain(asked.messages());
        if (toolsToo && history) {
            return asked;
        }
        return new Conversation(
                ToolPrompt.plain(
                        asked.messages(),
                        toolsToo ? List.of() : asked.tools(),
                        traits.system() ? ToolPrompt.Place.SYSTEM : ToolPrompt.Place.USER),
                toolsToo ? asked.tools() : List.of(),
                asked.templateArguments());
    }
}
