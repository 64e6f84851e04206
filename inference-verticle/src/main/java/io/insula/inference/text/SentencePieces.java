package io.insula.inference.text;

import io.insula.inference.weights.ModelFileException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SentencePiece's byte-pair encoding as GGUF files describe it: a score for each piece, bytes where there is no piece.
 *
 * <p>Two neighbours merge when their union is a piece, the union of the highest score first. The library knows merges instead of
 * scores, so that these are made of each other: every way to split a piece in two others, in the order of the pieces' scores.
 *
 * <p><b>Source:</b> Kudo and Richardson, "SentencePiece", 2018.
 *
 * @param scores of every token
 * @param unknown the piece for what is neither piece nor byte, or -1
 * @param spacePrefix where a space is put before text
 */
public record SentencePieces(List<Double> scores, int unknown, SpacePrefix spacePrefix) implements TextEncoding {

    /** What stands for a space within pieces. */
    static final String SPACE = "\u2581";

    private record Merge(String left, String right, double score, int leftId, int rightId) {}

    public SentencePieces {
        scores = List.copyOf(scores);
    }

    @Override
    public JsonObject description(List<String> tokens, Set<Integer> special) {
        if (scores.size() != tokens.size()) {
            throw new ModelFileException(
                    "tokenizer: " + scores.size() + " scores (expected: " + tokens.size() + ", one for each token)");
        }
        Map<String, Integer> pieces = new HashMap<>();
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            if (!special.contains(id)) {
                pieces.putIfAbsent(tokens.get(id), id);
                vocabulary.putIfAbsent(tokens.get(id), id);
            }
        }
        JsonArray merges = new JsonArray();
        for (Merge merge : merges(pieces)) {
            merges.add(new JsonArray().add(merge.left()).add(merge.right()));
        }
        JsonObject model = new JsonObject()
                .put("type", "BPE")
                .putNull("dropout")
                .put("unk_token", unknown < 0 ? null : tokens.get(unknown))
                .putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix")
                .put("fuse_unk", false)
                .put("byte_fallback", true)
                .put("ignore_merges", false)
                .put("vocab", new JsonObject(vocabulary))
                .put("merges", merges);
        if (unknown >= 0) {
            vocabulary.putIfAbsent(tokens.get(unknown), unknown);
        }
        JsonObject spaces = new JsonObject()
                .put("type", "Replace")
                .put("pattern", new JsonObject().put("String", " "))
                .put("content", SPACE);
        return new JsonObject()
                .put("version", "1.0")
                .putNull("truncation")
                .putNull("padding")
                .put("added_tokens", new JsonArray())
                .put("normalizer", spaces)
                .putNull("pre_tokenizer")
                .putNull("post_processor")
                .putNull("decoder")
                .put("model", model);
    }

    private List<Merge> merges(Map<String, Integer> pieces) {
        List<Merge> merges = new ArrayList<>();
        pieces.forEach((piece, id) -> {
            for (int at = piece.offsetByCodePoints(0, Math.min(1, piece.codePointCount(0, piece.length())));
                    at < piece.length();
                    at = piece.offsetByCodePoints(at, 1)) {
                Integer left = pieces.get(piece.substring(0, at));
                Integer right = pieces.get(piece.substring(at));
                if (left != null && right != null) {
                    merges.add(new Merge(piece.substring(0, at), piece.substring(at), scores.get(id), left, right));
                }
            }
        });
        merges.sort(Comparator.comparing(Merge::score, Collections.reverseOrder())
                .thenComparingInt(Merge::leftId)
                .thenComparingInt(Merge::rightId));
        return merges;
    }

    @Override
    public byte[] bytes(int id, String token) {
        return SentencePieceBytes.of(token);
    }

    @Override
    public Stream<String> parts() {
        return Stream.concat(
                Stream.of("pieces", unknown + " " + spacePrefix),
                scores.stream().map(String::valueOf));
    }
}
