package io.insula.inference.schedule;

import io.insula.inference.text.ChatTokenizer;
import io.insula.inference.text.PromptException;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.TokenIds;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Token 0 ends; each other token is a letter, a part of an emoji or a short word. */
public final class LetterTokenizer implements ChatTokenizer {

    /** Tokens of this vocabulary. */
    public static final int VOCABULARY = 64;

    private static final byte[] EMOJI = "😀".getBytes(StandardCharsets.UTF_8);

    private final boolean endless;

    public LetterTokenizer() {
        this(false);
    }

    /**
     * @param endless whether no token ends the answer
     */
    public LetterTokenizer(boolean endless) {
        this.endless = endless;
    }

    @Override
    public int[] encode(List<ChatMessage> messages) {
        if (messages.getFirst().role().equals("nobody")) {
            throw new PromptException("messages: role 'nobody' (expected: user)");
        }
        StringBuilder text = new StringBuilder();
        messages.forEach(message -> text.append(message.content()));
        return encodeText(text.toString());
    }

    @Override
    public int[] encodeText(String text) {
        return text.chars().map(c -> 1 + c % (VOCABULARY - 1)).toArray();
    }

    @Override
    public byte[] bytes(int token) {
        if (token < 1) {
            return new byte[0];
        }
        if (token <= EMOJI.length) {
            return new byte[] {EMOJI[token - 1]};
        }
        return (token % 7 == 0 ? "ab" : String.valueOf((char) ('A' + token))).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isEnd(int token) {
        return token == 0 && !endless;
    }

    @Override
    public TokenIds endTokens() {
        return endless ? TokenIds.EMPTY : TokenIds.of(0);
    }

    @Override
    public int vocabulary() {
        return VOCABULARY;
    }

    @Override
    public void close() {}
}
