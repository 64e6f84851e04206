package io.insula.inference.text;

import io.insula.inference.weights.HuggingFaceFolder;
import io.insula.inference.weights.JsonDocument;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a Hugging Face folder says about its tokenizer: {@code tokenizer.json}, {@code tokenizer_config.json},
 * {@code generation_config.json} and the chat template.
 *
 * <p>Sampling defaults of the generation configuration are not applied.
 */
final class HuggingFaceTokenizerFiles {

    private static final int MAX_TOKENS = 1 << 22;

    private final HuggingFaceFolder folder;
    private final JsonDocument tokenizer;
    private final Optional<JsonDocument> settings;
    private final List<String> tokens = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final Set<Integer> control = new HashSet<>();
    private final Set<Integer> userDefined = new HashSet<>();

    HuggingFaceTokenizerFiles(HuggingFaceFolder folder) {
        this.folder = folder;
        this.tokenizer = folder.tokenizer();
        this.settings = folder.document("tokenizer_config.json");
    }

    TokenizerSpec read() {
        readTokens();
        OptionalInt bos = named("bos_token");
        OptionalInt eos = named("eos_token");
        Set<Integer> ends = new HashSet<>();
        eos.ifPresent(ends::add);
        control.stream().filter(id -> EndTokens.contains(tokens.get(id))).forEach(ends::add);
        addEnds(folder.config(), ends);
        folder.document("generation_config.json").ifPresent(generation -> addEnds(generation, ends));
        boolean processed = bos.isPresent()
                && beginsWith(tokenizer.object().getValue("post_processor"), tokens.get(bos.getAsInt()));
        boolean addBos =
                settings.map(config -> config.bool("add_bos_token", processed)).orElse(processed);
        return new TokenizerSpec(
                DescribedPairs.from(tokenizer),
                tokens,
                control,
                userDefined,
                ends,
                bos,
                eos,
                addBos && bos.isPresent(),
                chatTemplate(),
                toolTemplate());
    }

    /** The vocabulary, the tokens added to it, and nothing for the embedding's rows beyond both. */
    private void readTokens() {
        JsonDocument vocabulary = tokenizer
                .find("model")
                .flatMap(model -> model.find("vocab"))
                .orElseThrow(() -> tokenizer.broken("model.vocab is missing (expected: an object)"));
        for (String token : vocabulary.object().fieldNames()) {
            set(id(vocabulary, vocabulary.integer(token)), token);
        }
        Object added = tokenizer.object().getValue("added_tokens");
        for (Object element : added instanceof JsonArray list ? list : new JsonArray()) {
            if (!(element instanceof JsonObject entry)
                    || !(entry.getValue("content") instanceof String content)
                    || !(entry.getValue("id") instanceof Integer id)) {
                throw tokenizer.broken("added_tokens: " + element + " (expected: objects with id and content)");
            }
            set(id(tokenizer, id), content);
            (Boolean.TRUE.equals(entry.getValue("special")) ? control : userDefined).add(id);
        }
        int rows = id(folder.config(), folder.config().integer("vocab_size") - 1) + 1;
        if (tokens.size() > rows) {
            throw tokenizer.broken("token id " + (tokens.size() - 1) + " (expected: below the vocab_size " + rows
                    + " of config.json)");
        }
        while (tokens.size() < rows) {
            tokens.add("");
        }
        for (int id = 0; id < tokens.size(); id++) {
            if (tokens.get(id).isEmpty()) {
                control.add(id);
            }
        }
    }

    private static int id(JsonDocument document, long id) {
        if (id < 0 || id >= MAX_TOKENS) {
            throw document.broken("token id " + id + " (expected: 0.." + (MAX_TOKENS - 1) + ")");
        }
        return (int) id;
    }

    private void set(int id, String token) {
        if (id >= tokens.size()) {
            tokens.addAll(Collections.nCopies(id + 1 - tokens.size(), ""));
        }
        tokens.set(id, token);
        ids.put(token, id);
    }

    /** A token that the settings name, as text or as an object with the text. */
    private OptionalInt named(String key) {
        Object value = settings.map(config -> config.object().getValue(key)).orElse(null);
        Object text = value instanceof JsonObject entry ? entry.getValue("content") : value;
        if (text == null) {
            return OptionalInt.empty();
        }
        Integer id = ids.get(String.valueOf(text));
        if (id == null) {
            throw tokenizer.broken(key + " " + text + " is not in the vocabulary");
        }
        return OptionalInt.of(id);
    }

    private static void addEnds(JsonDocument document, Set<Integer> ends) {
        document.integers("eos_token_id").forEach(id -> ends.add(id(document, id)));
    }

    /** Whether the post-processor puts that token before every text. */
    private static boolean beginsWith(@Nullable Object processor, String token) {
        if (!(processor instanceof JsonObject step)) {
            return false;
        }
        if (step.getValue("processors") instanceof JsonArray steps) {
            return steps.stream().anyMatch(inner -> beginsWith(inner, token));
        }
        return step.getValue("single") instanceof JsonArray single
                && !single.isEmpty()
                && single.getValue(0) instanceof JsonObject first
                && first.getValue("SpecialToken") instanceof JsonObject special
                && token.equals(special.getValue("id"));
    }

    private @Nullable String chatTemplate() {
        Optional<String> file = folder.text("chat_template.jinja");
        return file.isPresent() ? file.get() : template("default");
    }

    /** A template of its own for conversations with tools: a file beside the others, or an entry of the settings. */
    private @Nullable String toolTemplate() {
        if (chatTemplate() == null) {
            return null;
        }
        Optional<String> file = folder.text("additional_chat_templates/tool_use.jinja");
        return file.isPresent() ? file.get() : template("tool_use");
    }

    private @Nullable String template(String name) {
        Object template = settings.map(config -> config.object().getValue("chat_template"))
                .orElse(null);
        if (template instanceof JsonArray named) {
            for (Object element : named) {
                if (element instanceof JsonObject entry
                        && name.equals(entry.getValue("name"))
                        && entry.getValue("template") instanceof String text) {
                    return text;
                }
            }
            return null;
        }
        return template instanceof String text && name.equals("default") ? text : null;
    }
}
