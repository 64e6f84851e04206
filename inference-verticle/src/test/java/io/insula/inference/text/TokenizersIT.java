package io.insula.inference.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.GgufFile;
import io.insula.inference.weights.GgufWriter;
import io.insula.inference.weights.ModelFileException;
import io.insula.protocol.ChatMessage;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokenizers of every kind beside foreign implementations: {@code make_tokenizers.py} made vocabularies and tokens. */
class TokenizersIT {

    private static final int BOS = 1;
    private static final int EOS = 2;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "gpt-2, gpt-2",
        "llama-bpe, llama-bpe",
        "llama3, llama-bpe",
        "llama-v3, llama-bpe",
        "smaug-bpe, smaug-bpe",
        "qwen2, qwen2",
        "deepseek-r1-qwen, qwen2",
        "tekken, tekken"
    })
    void everySplittingEncodesAsTheModelsOwnTokenizer(String pre, String expected) throws Exception {
        JsonObject golden = new JsonObject(resource("tokenizers.json"));
        TokenizerSpec spec = new TokenizerSpec(
                new ByteLevelPairs(pre, strings(golden, "merges")),
                strings(golden, "tokens"),
                Set.of(0, BOS, EOS),
                Set.of(),
                Set.of(EOS),
                OptionalInt.of(BOS),
                OptionalInt.of(EOS),
                false,
                null);
        try (ModelChatTokenizer tokenizer = new ModelChatTokenizer(spec, Clock.systemUTC())) {
            assertTokens(tokenizer, golden.getJsonArray("cases"), expected);
        }
    }

    @Test
    void theSplittingsDiffer() throws Exception {
        List<JsonObject> cases = objects(new JsonObject(resource("tokenizers.json")).getJsonArray("cases"));
        List<String> kinds = List.of("gpt-2", "llama-bpe", "smaug-bpe", "qwen2", "tekken");
        for (String one : kinds) {
            for (String other : kinds) {
                boolean equal =
                        cases.stream().allMatch(text -> text.getJsonArray(one).equals(text.getJsonArray(other)));
                assertThat(equal).as("%s and %s", one, other).isEqualTo(one.equals(other));
            }
        }
    }

    @Test
    void sentencePiecesOfAGgufFileEncodeAsSentencePieceDoes() throws Exception {
        JsonObject golden = new JsonObject(resource("pieces.json"));
        try (GgufFile file = GgufFile.open(pieces(golden, true));
                ModelChatTokenizer tokenizer = new ModelChatTokenizer(TokenizerSpec.from(file), Clock.systemUTC())) {
            assertTokens(tokenizer, golden.getJsonArray("cases"), "tokens");
            for (JsonObject expected : objects(golden.getJsonArray("cases"))) {
                String text = expected.getString("text");
                String spaced = text.isEmpty() ? "" : " " + text;
                assertThat(text(tokenizer, tokenizer.encodeText(text))).isEqualTo(spaced);
            }
        }
    }

    @Test
    void everyTextAfterASpecialTokenIsPrefixedLikeTheFirst() throws Exception {
        JsonObject golden = new JsonObject(resource("pieces.json"));
        List<ChatMessage> messages = List.of(new ChatMessage("user", "a</s>b"), new ChatMessage("user", "c"));
        for (boolean prefix : new boolean[] {true, false}) {
            try (GgufFile file = GgufFile.open(pieces(golden, prefix));
                    ModelChatTokenizer tokenizer =
                            new ModelChatTokenizer(TokenizerSpec.from(file), Clock.systemUTC())) {
                assertThat(tokenizer.encode(messages))
                        .isEqualTo(concat(
                                new int[] {BOS},
                                tokenizer.encodeText("[a</s>b]"),
                                new int[] {EOS},
                                tokenizer.encodeText("[c]"),
                                new int[] {EOS}));
                String space = prefix ? " " : "";
                assertThat(text(tokenizer, tokenizer.encode(messages))).isEqualTo(space + "[a</s>b]" + space + "[c]");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "pieces-legacy", "pieces-first"})
    void aFoldersTokenizerEncodesAsHuggingFacesOwn(String name) throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(copyOf(name));
                ModelChatTokenizer tokenizer =
                        new ModelChatTokenizer(TokenizerSpec.from(checkpoint), Clock.systemUTC())) {
            assertTokens(tokenizer, new JsonArray(resource(name + "/tokens.json")), "tokens");
        }
    }

    @Test
    void aFolderSaysWhatBeginsAndEndsAPrompt() throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(copyOf("byte-level"))) {
            TokenizerSpec spec = TokenizerSpec.from(checkpoint);
            int start = spec.tokens().indexOf("<|im_start|>");
            int end = spec.tokens().indexOf("<|im_end|>");
            int tool = spec.tokens().indexOf("<tool>");
            int rows = Math.toIntExact(new JsonObject(resource("byte-level/config.json")).getInteger("vocab_size"));
            assertThat(spec.tokens()).hasSize(rows);
            assertThat(spec.bos()).hasValue(BOS);
            assertThat(spec.eos()).hasValue(end);
            assertThat(spec.ends()).containsExactlyInAnyOrder(EOS, end);
            assertThat(spec.userDefined()).containsExactly(tool);
            try (ModelChatTokenizer tokenizer = new ModelChatTokenizer(spec, Clock.systemUTC())) {
                int[] tokens = tokenizer.encode(List.of(new ChatMessage("user", "<|im_end|><tool>")));
                assertThat(tokens)
                        .isEqualTo(concat(
                                new int[] {BOS, start},
                                tokenizer.encodeText("user\n<|im_end|><tool>"),
                                new int[] {end},
                                tokenizer.encodeText("\n"),
                                new int[] {start},
                                tokenizer.encodeText("assistant")));
                assertThat(tokenizer.bytes(rows - 1)).isEmpty();
                assertThat(tokenizer.bytes(tool)).asString().isEqualTo("<tool>");
            }
        }
    }

    @Test
    void aTemplateThatBeginsTheSequenceIsNotBegunTwice() throws Exception {
        for (String name : List.of("pieces-legacy", "pieces-first")) {
            try (Checkpoint checkpoint = Checkpoint.open(copyOf(name));
                    ModelChatTokenizer tokenizer =
                            new ModelChatTokenizer(TokenizerSpec.from(checkpoint), Clock.systemUTC())) {
                int[] tokens = tokenizer.encode(List.of(new ChatMessage("user", "a"), new ChatMessage("user", "b")));
                assertThat(Arrays.stream(tokens).filter(token -> token == BOS).count())
                        .isOne();
                assertThat(tokens).startsWith(BOS);
                String after = name.equals("pieces-first") ? "" : " ";
                assertThat(text(tokenizer, tokens)).isEqualTo(after + "[INST] a [/INST]" + after + "[INST] b [/INST]");
            }
        }
    }

    @Test
    void tokenizersOfOtherKindsAreRefused() throws Exception {
        Path path = copyOf("byte-level");
        JsonObject json = new JsonObject(resource("byte-level/tokenizer.json"));
        refused(
                path,
                json.copy().put("model", json.getJsonObject("model").copy().put("type", "Unigram")),
                "tokenizer.json: model type Unigram (expected: BPE)");
        refused(
                path,
                json.copy().put("decoder", new JsonObject().put("type", "WordPiece")),
                "tokenizer.json: decoder of another kind (expected: one with ByteLevel or ByteFallback)");
        refused(
                path,
                json.copy().put("added_tokens", new JsonArray().add(new JsonObject().put("id", 1L << 40))),
                "(expected: objects with id and content)");
        refused(
                path,
                json.copy().put("model", new JsonObject().put("type", "BPE")),
                "tokenizer.json: model.vocab is missing (expected: an object)");
        JsonObject huge =
                new JsonObject().put("type", "BPE").put("vocab", new JsonObject().put("a", Integer.MAX_VALUE));
        refused(path, json.copy().put("model", huge), "token id 2147483647 (expected: 0..4194303)");
        JsonObject beyond = new JsonObject().put("type", "BPE").put("vocab", new JsonObject().put("a", 1000));
        refused(path, json.copy().put("model", beyond), "token id 1000 (expected: below the vocab_size ");
        Path bert = folder.resolve("bert.gguf");
        new GgufWriter()
                .string("tokenizer.ggml.model", "bert")
                .strings("tokenizer.ggml.tokens", List.of("a"))
                .int32s("tokenizer.ggml.token_type", 1)
                .write(bert);
        try (GgufFile file = GgufFile.open(bert)) {
            assertThatThrownBy(() -> TokenizerSpec.from(file))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessage(
                            "tokenizer.ggml.model 'bert' (expected: gpt2, byte-level BPE, or llama, SentencePiece)");
        }
    }

    @Test
    void aGgufFileThatNamesNoSplittingOrAnUnknownOneIsRefused() throws Exception {
        for (String pre : List.of("", "default", "gpt-5")) {
            Path path = folder.resolve("pre-" + pre + ".gguf");
            GgufWriter writer = new GgufWriter()
                    .string("tokenizer.ggml.model", "gpt2")
                    .strings("tokenizer.ggml.tokens", List.of("a", "b", "ab"))
                    .strings("tokenizer.ggml.merges", List.of("a b"))
                    .int32s("tokenizer.ggml.token_type", 1, 1, 1);
            (pre.isEmpty() ? writer : writer.string("tokenizer.ggml.pre", pre)).write(path);
            try (GgufFile file = GgufFile.open(path)) {
                assertThatThrownBy(() -> TokenizerSpec.from(file))
                        .as("pre '%s'", pre)
                        .isInstanceOf(ModelFileException.class)
                        .hasMessageContaining("tokenizer.ggml.pre")
                        .hasMessageContaining(pre);
            }
        }
    }

    @Test
    void aFoldersTemplateForToolsIsFoundAmongItsSettingsAndItsFiles() throws Exception {
        Path target = copyOf("byte-level");
        JsonObject settings = new JsonObject(Files.readString(target.resolve("tokenizer_config.json")))
                .put(
                        "chat_template",
                        new JsonArray()
                                .add(new JsonObject().put("name", "default").put("template", "plain"))
                                .add(new JsonObject().put("name", "tool_use").put("template", "with tools")));
        Files.writeString(target.resolve("tokenizer_config.json"), settings.encode());
        Files.delete(target.resolve("chat_template.jinja"));
        try (Checkpoint checkpoint = Checkpoint.open(target)) {
            TokenizerSpec spec = TokenizerSpec.from(checkpoint);
            assertThat(spec.chatTemplate()).isEqualTo("plain");
            assertThat(spec.toolTemplate()).isEqualTo("with tools");
        }
        Files.createDirectory(target.resolve("additional_chat_templates"));
        Files.writeString(target.resolve("additional_chat_templates/tool_use.jinja"), "from the file");
        try (Checkpoint checkpoint = Checkpoint.open(target)) {
            assertThat(TokenizerSpec.from(checkpoint).toolTemplate()).isEqualTo("from the file");
        }
    }

    @Test
    void aGgufFilesTemplateForToolsDecidesTheFingerprintToo() throws Exception {
        JsonObject golden = new JsonObject(resource("pieces.json"));
        TokenizerSpec without;
        try (GgufFile file = GgufFile.open(pieces(golden, true))) {
            without = TokenizerSpec.from(file);
        }
        assertThat(without.toolTemplate()).isNull();
        Path path = folder.resolve("tool-template.gguf");
        writer(golden, true)
                .string("tokenizer.chat_template.tool_use", "with tools")
                .write(path);
        try (GgufFile file = GgufFile.open(path)) {
            TokenizerSpec with = TokenizerSpec.from(file);
            assertThat(with.toolTemplate()).isEqualTo("with tools");
            assertThat(with.fingerprint()).isNotEqualTo(without.fingerprint());
        }
    }

    @Test
    void vocabulariesThatMakeNoTokenizerAreRefused() {
        List<TextEncoding> broken = List.of(
                new ByteLevelPairs("gpt-2", List.of("ab")),
                new ByteLevelPairs("gpt-2", List.of("a z")),
                new ByteLevelPairs("gpt-2", List.of("")),
                new SentencePieces(List.of(0.0), -1, SpacePrefix.ALWAYS),
                new DescribedPairs(new JsonObject(), true, SpacePrefix.NONE));
        for (TextEncoding encoding : broken) {
            TokenizerSpec spec = new TokenizerSpec(
                    encoding,
                    List.of("a", "b", "</s>"),
                    Set.of(EOS),
                    Set.of(),
                    Set.of(EOS),
                    OptionalInt.empty(),
                    OptionalInt.of(EOS),
                    false,
                    null);
            assertThatThrownBy(() -> new ModelChatTokenizer(spec, Clock.systemUTC()))
                    .as(encoding.toString())
                    .isInstanceOf(ModelFileException.class);
        }
    }

    private static void refused(Path path, JsonObject tokenizer, String message) throws IOException {
        Files.writeString(path.resolve("tokenizer.json"), tokenizer.encode());
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            assertThatThrownBy(() -> TokenizerSpec.from(checkpoint))
                    .isExactlyInstanceOf(ModelFileException.class)
                    .hasMessageContaining(message);
        }
    }

    /** A GGUF file of the golden pieces, with a template that puts every message between brackets and ends it. */
    private Path pieces(JsonObject golden, boolean prefix) throws IOException {
        Path path = folder.resolve("pieces-" + prefix + ".gguf");
        writer(golden, prefix).write(path);
        return path;
    }

    private static GgufWriter writer(JsonObject golden, boolean prefix) {
        List<Object> scores = golden.getJsonArray("scores").stream().toList();
        float[] floats = new float[scores.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = ((Number) scores.get(i)).floatValue();
        }
        return new GgufWriter()
                .string("tokenizer.ggml.model", "llama")
                .strings("tokenizer.ggml.tokens", strings(golden, "tokens"))
                .float32s("tokenizer.ggml.scores", floats)
                .int32s("tokenizer.ggml.token_type", ids(golden.getJsonArray("types")))
                .uint32("tokenizer.ggml.bos_token_id", BOS)
                .uint32("tokenizer.ggml.eos_token_id", EOS)
                .bool("tokenizer.ggml.add_space_prefix", prefix)
                .string(
                        "tokenizer.chat_template",
                        "{% for m in messages %}[{{ m.content }}]{{ eos_token }}{% endfor %}");
    }

    /** The golden folder, with an embedding table so that it is a checkpoint. */
    private Path copyOf(String name) throws Exception {
        Path target = Files.createDirectories(folder.resolve(name));
        try (Stream<Path> files = Files.list(path(name))) {
            for (Path file : files.toList()) {
                Files.writeString(target.resolve(file.getFileName().toString()), Files.readString(file));
            }
        }
        byte[] header = "{\"model.embed_tokens.weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
                .getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream weights = new ByteArrayOutputStream();
        weights.writeBytes(new byte[] {(byte) header.length, 0, 0, 0, 0, 0, 0, 0});
        weights.writeBytes(header);
        weights.writeBytes(new byte[4]);
        Files.write(target.resolve("model.safetensors"), weights.toByteArray());
        return target;
    }

    private static void assertTokens(ModelChatTokenizer tokenizer, JsonArray cases, String expected) {
        assertThat(cases).hasSizeGreaterThan(150);
        for (JsonObject golden : objects(cases)) {
            String text = golden.getString("text");
            assertThat(tokenizer.encodeText(text))
                    .as("tokens of '%s'", text)
                    .isEqualTo(ids(golden.getJsonArray(expected)));
        }
    }

    private static String text(ModelChatTokenizer tokenizer, int[] tokens) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        IntStream.of(tokens).forEach(token -> all.writeBytes(tokenizer.bytes(token)));
        return all.toString(StandardCharsets.UTF_8);
    }

    private static int[] concat(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }

    private static List<String> strings(JsonObject object, String key) {
        return object.getJsonArray(key).stream().map(String.class::cast).toList();
    }

    private static int[] ids(JsonArray array) {
        return array.stream().mapToInt(id -> ((Number) id).intValue()).toArray();
    }

    private static String resource(String name) throws IOException, URISyntaxException {
        return Files.readString(path(name));
    }

    private static Path path(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(TokenizersIT.class.getResource(name), name)
                .toURI());
    }
}
