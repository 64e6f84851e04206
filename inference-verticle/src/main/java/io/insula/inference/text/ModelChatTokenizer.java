package io.insula.inference.text;

import io.insula.inference.text.SpecialTokens.Piece;
import io.insula.inference.text.jinja.RenderedPrompt;
import io.insula.inference.weights.ModelFileException;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.TokenIds;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer and chat template that a checkpoint brings with it.
 *
 * <p><b>Thread:</b> any.
 *
 * <p><b>Errors:</b> a file whose tokenizer is of an unknown kind is a {@link ModelFileException}, never a guess.
 */
public final class ModelChatTokenizer implements ChatTokenizer {

    private final TokenizerSpec spec;
    private final BytePairEncoder encoder;
    private final SpecialTokens specials;
    private final byte[][] bytes;
    private final @Nullable PromptTemplate template;

    /**
     * @param clock what templates that print today's date read
     */
    public ModelChatTokenizer(TokenizerSpec spec, Clock clock) {
        this.spec = spec;
        this.template = spec.chatTemplate() == null ? null : new PromptTemplate(spec, clock);
        this.bytes = IntStream.range(0, spec.tokens().size())
                .mapToObj(id -> bytes(spec, id))
                .toArray(byte[][]::new);
        this.specials = new SpecialTokens(spec);
        this.encoder = new BytePairEncoder(spec);
    }

    private static byte[] bytes(TokenizerSpec spec, int id) {
        if (spec.control().contains(id)) {
            return new byte[0];
        }
        String token = spec.tokens().get(id);
        return spec.userDefined().contains(id)
                ? token.getBytes(StandardCharsets.UTF_8)
                : spec.encoding().bytes(id, token);
    }

    @Override
    public int[] encode(List<ChatMessage> messages) {
        return encode(render(Conversation.of(messages)));
    }

    @Override
    public Prompt prompt(Conversation conversation) {
        RenderedPrompt rendered = render(conversation);
        return new Prompt(TokenIds.of(encode(rendered)), PromptTemplate.leavesThinking(rendered));
    }

    @Override
    public TemplateTraits traits() {
        return template == null ? TemplateTraits.NONE : template.traits();
    }

    private int[] encode(RenderedPrompt prompt) {
        IntStream.Builder tokens = IntStream.builder();
        boolean begun = false;
        for (Piece piece : specials.split(prompt)) {
            OptionalInt bos = spec.addBos() && !begun ? spec.bos() : OptionalInt.empty();
            if (bos.isPresent() && !piece.equals(new Piece.Special(bos.getAsInt()))) {
                tokens.add(bos.getAsInt());
            }
            switch (piece) {
                case Piece.Special special -> tokens.add(special.token());
                case Piece.Ordinary ordinary -> {
                    String text = spec.encoding().spacePrefix().before(ordinary.text(), !begun);
                    for (int token : encoder.encode(text)) {
                        tokens.add(token);
                    }
                }
            }
            begun = true;
        }
        return tokens.build().toArray();
    }

    /**
     * The prompt as text, with the provenance of every character.
     *
     * @throws PromptException as {@link #prompt}
     */
    public RenderedPrompt render(Conversation conversation) {
        if (template == null) {
            throw new PromptException("the model has no chat template");
        }
        return template.render(conversation);
    }

    @Override
    public int[] encodeText(String text) {
        return encoder.encode(spec.encoding().spacePrefix().before(text, true));
    }

    @Override
    public byte[] bytes(int token) {
        if (token < 0 || token >= bytes.length) {
            throw new IllegalArgumentException("token " + token + " (expected: 0.." + (bytes.length - 1) + ")");
        }
        return bytes[token].clone();
    }

    @Override
    public String template() {
        return Stream.of(spec.chatTemplate(), spec.toolTemplate())
                .filter(Objects::nonNull)
                .collect(Collectors.joining("\n"));
    }

    @Override
    public OptionalInt special(String text) {
        return specials.token(text);
    }

    @Override
    public boolean isEnd(int token) {
        return spec.ends().contains(token);
    }

    @Override
    public TokenIds endTokens() {
        return TokenIds.of(
                spec.ends().stream().mapToInt(Integer::intValue).sorted().toArray());
    }

    @Override
    public int vocabulary() {
        return bytes.length;
    }

    @Override
    public void close() {
        encoder.close();
    }
}
