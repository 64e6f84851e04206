package io.insula.inference.text;

import io.insula.protocol.ChatMessage;
import io.insula.protocol.TokenIds;
import java.util.List;
import java.util.OptionalInt;

/** Turns a conversation into the model's prompt, and token ids back into bytes. */
public interface ChatTokenizer extends AutoCloseable {

    /**
     * Renders the chat template, with the generation prompt, and encodes the result. Special tokens are recognised in
     * the template's own text only; in message content they are ordinary characters.
     *
     * @throws PromptException when the template refuses the conversation
     */
    int[] encode(List<ChatMessage> messages);

    /**
     * As {@link #encode}, with tools, calls of tools and further arguments of the template.
     *
     * @throws PromptException when the template refuses the conversation or an argument
     */
    default Prompt prompt(Conversation conversation) {
        if (!conversation.equals(Conversation.of(conversation.messages()))) {
            throw new PromptException("the model takes neither tools nor template arguments");
        }
        return new Prompt(TokenIds.of(encode(conversation.messages())), false);
    }

    /** What the model's chat template knows. */
    default TemplateTraits traits() {
        return TemplateTraits.NONE;
    }

    /** Encodes plain text without template, special tokens or a beginning-of-sequence token. */
    int[] encodeText(String text);

    /** The bytes that a token adds to the text: UTF-8, possibly a part of a code point; empty for control tokens. */
    byte[] bytes(int token);

    /** The chat template's own text; empty where there is none. */
    default String template() {
        return "";
    }

    /** The token that a template's text becomes as a whole, control tokens included; empty where there is none. */
    default OptionalInt special(String text) {
        return OptionalInt.empty();
    }

    /** Whether generation ends at this token. */
    boolean isEnd(int token);

    /** Every token at which generation ends. */
    TokenIds endTokens();

    /** Token ids are less than this. */
    int vocabulary();

    @Override
    void close();
}
