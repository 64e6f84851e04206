package io.insula.api.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.assistant.ChatRequest;
import io.insula.protocol.RequestId;
import io.vertx.core.buffer.Buffer;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** OpenAI's own form, as {@code /v1} and, with View's names also accepted, the tenant routes speak it. */
public final class OpenAiDialect implements ChatDialect {

    private final ChatRequestReader reader;
    private final UnaryOperator<ObjectNode> names;

    private OpenAiDialect(RequestLimits limits, UnaryOperator<ObjectNode> names) {
        this.reader = new ChatRequestReader(limits);
        this.names = names;
    }

    /** OpenAI's names only. */
    public static OpenAiDialect plain(RequestLimits limits) {
        return new OpenAiDialect(limits, UnaryOperator.identity());
    }

    /** View's names beside OpenAI's, which win. */
    public static OpenAiDialect withViewNames(RequestLimits limits) {
        return new OpenAiDialect(limits, ViewNames::translate);
    }

    @Override
    public ChatRequest read(Buffer body) {
        return reader.read(names.apply(BodyParser.parse(body)));
    }

    @Override
    public String alias(String model) {
        return model;
    }

    @Override
    public String completionId(RequestId request) {
        return "chatcmpl-" + hex(request);
    }

    @Override
    public String systemFingerprint(List<String> engineFingerprints) {
        return engineFingerprints.stream()
                .map(fingerprint -> HexFormat.of().toHexDigits(Long.hashCode(fnv(fingerprint))))
                .collect(Collectors.joining("+", "fp_", ""));
    }

    /** The request's id as 32 hexadecimal digits. */
    public static String hex(RequestId request) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(request.value().getMostSignificantBits())
                + hex.toHexDigits(request.value().getLeastSignificantBits());
    }

    /** FNV-1a: short, and the same on every node and in every build. */
    private static long fnv(String text) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        return hash;
    }
}
