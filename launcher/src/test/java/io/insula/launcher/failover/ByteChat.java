package io.insula.launcher.failover;

import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.TokenIds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A token is a byte, and one ends the text. */
final class ByteChat implements ChatTokenizer {

    static final int END = 256;
    static final int VOCABULARY = END + 1;

    @Override
    public int[] encode(List<ChatMessage> messages) {
        StringBuilder text = new StringBuilder();
        messages.forEach(message -> text.append(message.content()).append('\n'));
        return encodeText(text.toString());
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
        return token == END ? new byte[0] : new byte[] {(byte) token};
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
        return VOCABULARY;
    }

    @Override
    public void close() {}
}
