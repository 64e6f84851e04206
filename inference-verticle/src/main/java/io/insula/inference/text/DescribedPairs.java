package io.insula.inference.text;

import io.insula.inference.weights.JsonDocument;
import io.insula.inference.weights.ModelFileException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Byte-pair encoding as a {@code tokenizer.json} describes it, less its special tokens and what it puts around a text.
 *
 * @param json the description
 * @param byteLevel whether tokens are written byte by byte, rather than as SentencePiece does
 * @param spacePrefix where a space is put before text
 */
public record DescribedPairs(JsonObject json, boolean byteLevel, SpacePrefix spacePrefix) implements TextEncoding {

    /** Reads a {@code tokenizer.json}. */
    static DescribedPairs from(JsonDocument document) {
        JsonObject json = document.object().copy();
        String model = document.find("model")
                .orElseThrow(() -> document.broken("model is missing (expected: an object)"))
                .string("type", "BPE");
        if (!model.equals("BPE")) {
            throw document.broken("model type " + model + " (expected: BPE)");
        }
        boolean byteLevel = mentions(json.getValue("decoder"), "ByteLevel");
        if (!byteLevel && !mentions(json.getValue("decoder"), "ByteFallback")) {
            throw document.broken("decoder of another kind (expected: one with ByteLevel or ByteFallback)");
        }
        SpacePrefix prefix = takePrefix(json);
        json.put("added_tokens", new JsonArray())
                .putNull("post_processor")
                .putNull("truncation")
                .putNull("padding");
        return new DescribedPairs(json, byteLevel, prefix);
    }

    /**
     * Takes the prefix out of the description. The library would put it before each text that it is given, but it is given the
     * pieces between special tokens.
     */
    private static SpacePrefix takePrefix(JsonObject json) {
        if (takePrepend(json)) {
            return SpacePrefix.ALWAYS;
        }
        for (JsonObject step : steps(json.getValue("pre_tokenizer"), "pretokenizers")) {
            if ("Metaspace".equals(step.getValue("type"))) {
                boolean always = !Boolean.FALSE.equals(step.getValue("add_prefix_space"));
                Object scheme =
                        Objects.requireNonNullElse(step.getValue("prepend_scheme"), always ? "always" : "never");
                step.remove("add_prefix_space");
                step.put("prepend_scheme", "never");
                return switch (String.valueOf(scheme)) {
                    case "never" -> SpacePrefix.NONE;
                    case "first" -> SpacePrefix.FIRST;
                    case "always" -> SpacePrefix.EVERY;
                    default ->
                        throw new ModelFileException(
                                "tokenizer.json: prepend_scheme " + scheme + " (expected: always, first or never)");
                };
            }
        }
        return SpacePrefix.NONE;
    }

    private static boolean takePrepend(JsonObject json) {
        if (!(json.getValue("normalizer") instanceof JsonObject normalizer)) {
            return false;
        }
        if ("Prepend".equals(normalizer.getValue("type"))) {
            json.putNull("normalizer");
            return true;
        }
        if (normalizer.getValue("normalizers") instanceof JsonArray inner) {
            JsonArray kept = new JsonArray();
            inner.stream()
                    .filter(step -> !(step instanceof JsonObject object && "Prepend".equals(object.getValue("type"))))
                    .forEach(kept::add);
            normalizer.put("normalizers", kept);
            json.put("normalizer", normalizer);
            return kept.size() < inner.size();
        }
        return false;
    }

    private static List<JsonObject> steps(Object step, String sequence) {
        if (!(step instanceof JsonObject object)) {
            return List.of();
        }
        return object.getValue(sequence) instanceof JsonArray inner
                ? inner.stream()
                        .filter(JsonObject.class::isInstance)
                        .map(JsonObject.class::cast)
                        .toList()
                : List.of(object);
    }

    private static boolean mentions(Object step, String type) {
        return steps(step, "decoders").stream().anyMatch(part -> type.equals(part.getValue("type")));
    }

    @Override
    public JsonObject description(List<String> tokens, Set<Integer> special) {
        return json;
    }

    @Override
    public byte[] bytes(int id, String token) {
        return byteLevel ? ByteLevel.bytes(id, token) : SentencePieceBytes.of(token);
    }

    @Override
    public Stream<String> parts() {
        return Stream.of("described", json.encode(), spacePrefix.toString());
    }
}
