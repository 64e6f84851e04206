package io.insula.inference.decode;

import io.insula.inference.text.ChatTokenizer;
import io.insula.inference.text.TemplateTraits;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.TokenIds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The simplest real tokenizer: a token is a byte, {@link #END} ends the text, and behind it are tokens that stand for a text
 * as a whole.
 *
 * @param template what the chat template says
 * @param control texts of tokens without bytes
 * @param words texts of tokens that have them as their bytes, behind the control tokens
 */
public record ByteTokenizer(String template, List<String> control, List<String> words) implements ChatTokenizer {

    /** The token that ends a text. */
    public static final int END = 256;

    public ByteTokenizer() {
        this("", List.of(), List.of());
    }

    @Override
    public int[] encode(List<ChatMessage> messages) {
        return encodeText(messages.getLast().content());
    }

    @Override
    public int[] encodeText(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        Arrays.setAll(tokens, i -> bytes[i] & 0xFF);
        return tokens;
    }

    @Override
    public byte[] bytes(int token) {
        int word = token - END - 1 - control.size();
        if (token < END) {
            return new byte[] {(byte) token};
        }
        return word < 0 ? new byte[0] : words.get(word).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public TemplateTraits traits() {
        boolean tools = !template.isEmpty();
        return new TemplateTraits(tools, tools, tools, tools, Set.of(), false, false);
    }

    @Override
    public OptionalInt special(String text) {
        if (control.contains(text)) {
            return OptionalInt.of(END + 1 + control.indexOf(text));
        }
        int word = words.indexOf(text);
        return word < 0 ? OptionalInt.empty() : OptionalInt.of(END + 1 + control.size() + word);
    }

    @Override
    public boolean isEnd(int token) {
        return token == END;
    }

    @Override
    public TokenIds endTokens() {
        return TokenIds.of(END);
    }

    @Override
    public int vocabulary() {
        return END + 1 + control.size() + words.size();
    }

    @Override
    public void close() {}
}
