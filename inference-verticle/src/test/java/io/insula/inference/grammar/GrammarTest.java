package io.insula.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.grammar.GrammarSource.CallForm;
import io.insula.inference.grammar.GrammarSource.Choice;
import io.insula.inference.grammar.GrammarSource.JsonObject;
import io.insula.inference.grammar.GrammarSource.JsonSchema;
import io.insula.inference.grammar.GrammarSource.Regex;
import io.insula.inference.grammar.GrammarSource.Tool;
import io.insula.inference.grammar.GrammarSource.ToolCalls;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrammarTest {

    private static final int[] BYTES = IntStream.range(0, 256).toArray();
    private static final int END = Vocabularies.END;
    private static final String STRICT = """
            {"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":1,"maximum":14}},
             "required":["city","days"],"additionalProperties":false}""";

    private final List<byte[]> tokens = Vocabularies.bytesAnd(
            "{\"",
            "\":",
            "\": ",
            "\",",
            "\"}",
            "\"},",
            "{\"city\":",
            "city",
            "days",
            "true",
            "null",
            "yes",
            "ye",
            "  ",
            "\n    ",
            "é",
            "\u00e9t",
            "\",\"a\":",
            "\"a\":1",
            "}}",
            "]]",
            "12",
            "123456");
    private final GrammarCompiler compiler = new GrammarCompiler(Vocabularies.of(tokens), GrammarConfig.defaults());

    private boolean accepts(GrammarSource source, String text) {
        return Vocabularies.accepts(compiler.compile(source), BYTES, text);
    }

    private GrammarState after(GrammarSource source, String text) {
        GrammarState state = compiler.compile(source).start();
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            state.accept(value & 0xff);
        }
        return state;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"city\":\"Rome\",\"days\":3}|true",
                "{\"city\": \"Rome\", \"days\": 14}|true",
                "{\"days\":3,\"city\":\"Rome\"}|false",
                "{\"city\":\"Rome\",\"days\":15}|false",
                "{\"city\":\"Rome\",\"days\":0}|false",
                "{\"city\":\"Rome\",\"days\":1.5}|false",
                "{\"city\":\"Rome\"}|false",
                "{\"city\":\"Rome\",\"days\":3,\"x\":1}|false",
                "{\"city\":\"\\u00e9\\ud83d\\ude00\\n\",\"days\":3}|true",
                "{\"city\":\"\\ud83d\",\"days\":3}|false",
                "{\"city\":\"\\ud83dx\",\"days\":3}|false",
            })
    void takesWhatTheSchemaTakes(String text, boolean expected) {
        assertThat(accepts(new JsonSchema(STRICT), text)).isEqualTo(expected);
    }

    @Test
    void aMaskIsWhatAcceptTakes() {
        List<GrammarSource> sources = List.of(
                new JsonSchema(STRICT),
                new JsonObject(),
                new JsonSchema("{\"type\":\"object\",\"patternProperties\":{\"^[a-b](x?|y{0,40})$\":{\"const\":1}},"
                        + "\"additionalProperties\":false}"),
                new Regex("[a-zé]{2,4}(yes|no)?"),
                new JsonSchema("{\"type\":\"string\",\"minLength\":2,\"maxLength\":3}"),
                new JsonSchema(
                        "{\"anyOf\":[{\"properties\":{\"a\":{\"const\":1}}},{\"properties\":{\"a\":{\"type\":\"string\"}},"
                                + "\"required\":[\"a\"]}],\"type\":\"object\"}"));
        for (GrammarSource source : sources) {
            CompiledGrammar grammar = compiler.compile(source);
            for (int seed = 0; seed < 6; seed++) {
                Random random = new Random(seed);
                GrammarState state = grammar.start();
                for (int step = 0; step < 24; step++) {
                    compare(source, state, seed);
                    List<Integer> next = allowed(state.mask());
                    int token = next.get(random.nextInt(next.size()));
                    if (token == END) {
                        break;
                    }
                    state.accept(token);
                }
            }
        }
    }

    /** A token that opens and closes a name of its own is left out of masks; no other is. */
    private void compare(GrammarSource source, GrammarState state, int seed) {
        TokenMask mask = state.mask();
        assertThat(mask.cardinality()).as("%s, seed %d", source, seed).isPositive();
        for (int token = 0; token < tokens.size(); token++) {
            boolean taken = takes(state, token);
            String text = new String(tokens.get(token), StandardCharsets.UTF_8);
            if (mask.allows(token) != taken
                    && !(taken && text.chars().filter(c -> c == '"').count() > 1)) {
                throw new AssertionError(source + ", seed " + seed + ": token '" + text + "' is "
                        + (taken ? "taken and not in the mask" : "in the mask and not taken"));
            }
        }
    }

    private static boolean takes(GrammarState state, int token) {
        try {
            state.copy().accept(token);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static List<Integer> allowed(TokenMask mask) {
        List<Integer> tokens = new ArrayList<>();
        for (int token = mask.next(0); token >= 0; token = mask.next(token + 1)) {
            tokens.add(token);
        }
        assertThat(tokens).hasSize(mask.cardinality());
        return tokens;
    }

    @Test
    void takesTheOnlyTokenWhereThereIsOne() {
        GrammarState state = after(new Choice(List.of("good", "bad")), "g");
        assertThat(state.onlyToken()).isEqualTo('o');
        assertThat(state.complete()).isFalse();
        GrammarState open = compiler.compile(new Choice(List.of("good", "bad"))).start();
        assertThat(open.onlyToken()).isEqualTo(-1);
        GrammarState done = after(new Choice(List.of("good", "bad")), "bad");
        assertThat(done.mustEnd()).isTrue();
        assertThat(done.onlyToken()).isEqualTo(END);
        done.accept(END);
        assertThatThrownBy(done::mask).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void mayGoOnOrEndWhereBothAreRight() {
        GrammarState state = after(new Choice(List.of("yes", "yes please")), "yes");
        assertThat(state.complete()).isTrue();
        assertThat(state.mustEnd()).isFalse();
        assertThat(allowed(state.mask())).containsExactly((int) ' ', END);
    }

    @Test
    void aCopyGoesItsOwnWay() {
        GrammarState state = after(new JsonSchema(STRICT), "{\"city\":\"");
        GrammarState copy = state.copy();
        copy.accept('"');
        assertThat(state.mask().allows('x')).isTrue();
        assertThat(copy.mask().allows('x')).isFalse();
    }

    @Test
    void refusesATokenAndStaysWhereItWas() {
        GrammarState state = after(new JsonSchema(STRICT), "{");
        assertThatThrownBy(() -> state.accept('x'))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token 120");
        assertThat(state.mask().allows('"')).isTrue();
    }

    @Test
    void noMemberComesTwice() {
        assertThat(accepts(new JsonObject(), "{\"a\":1,\"b\":{\"a\":[]}}")).isTrue();
        assertThat(accepts(new JsonObject(), "{\"a\":1,\"a\":2}")).isFalse();
        assertThat(accepts(new JsonObject(), "{\"a\":1,\"ab\":2,\"abc\":3,\"ab\":4}"))
                .isFalse();
        String some = "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{\"type\":\"null\"}}}";
        assertThat(accepts(new JsonSchema(some), "{\"b\":null,\"c\":1}")).isTrue();
        assertThat(accepts(new JsonSchema(some), "{\"b\":null,\"a\":1}")).isFalse();
    }

    @Test
    void finiteNamesRunOutWithoutADeadEnd() {
        for (String limits : List.of(
                "",
                ",\"minProperties\":60",
                ",\"required\":[\"a\",\"b\"],\"minProperties\":3",
                ",\"properties\":{\"q\":{\"type\":\"null\"},\"a1\":{\"const\":1}},\"maxProperties\":70")) {
            runOut("{\"type\":\"object\",\"patternProperties\":{\"^[a-c][x-z]?[0-9]{0,2}$\":{\"type\":\"null\"}},"
                    + "\"additionalProperties\":false" + limits + "}");
        }
        runOut("{\"type\":\"object\",\"patternProperties\":{\"^[a-z]{2}$\":{\"not\":{}},\"^a[a-e]$|^[A-Z]{3}$\":true},"
                + "\"additionalProperties\":false,\"minProperties\":2}");
    }

    private void runOut(String schema) {
        CompiledGrammar grammar = compiler.compile(new JsonSchema(schema));
        for (int seed = 0; seed < 12; seed++) {
            Random random = new Random(seed);
            GrammarState state = grammar.start();
            int steps = 0;
            while (!state.mustEnd() && steps++ < 3_000) {
                List<Integer> next = allowed(state.mask());
                assertThat(next).as("seed %d", seed).isNotEmpty();
                boolean grow = next.contains((int) ',') && next.contains((int) '}');
                state.accept(grow ? ',' : next.get(random.nextInt(next.size())));
            }
        }
        assertThat(grammar.start().complete()).isFalse();
    }

    @Test
    void streamsShareAGrammarOnManyThreads() throws Exception {
        String reference = written(compiler, 7);
        GrammarCompiler fresh = new GrammarCompiler(
                Vocabularies.of(tokens),
                new GrammarConfig(
                        io.insula.inference.grammar.schema.SchemaLimits.defaults(), 1 << 20, 1 << 20, 20_000, 32));
        try (var pool = java.util.concurrent.Executors.newFixedThreadPool(4)) {
            List<java.util.concurrent.Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                answers.add(pool.submit(() -> written(fresh, 7)));
            }
            for (var answer : answers) {
                assertThat(answer.get()).isEqualTo(reference);
            }
        }
    }

    private String written(GrammarCompiler with, long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        GrammarState state = with.compile(new JsonObject()).start();
        for (int i = 0; i < 300; i++) {
            List<Integer> next = allowed(state.mask());
            int token = next.get(random.nextInt(next.size()));
            if (token == END) {
                break;
            }
            state.accept(token);
            text.append(token).append(' ');
        }
        return text.toString();
    }

    @Test
    void whiteSpaceIsBounded() {
        JsonObject source = new JsonObject();
        assertThat(accepts(source, "{ \"a\": 1,\n    \"b\": [\n\t1,\n\t2\n]\n}"))
                .isTrue();
        assertThat(accepts(source, "{  \"a\":1}")).isFalse();
        assertThat(accepts(source, "{\n\n\"a\":1}")).isFalse();
        assertThat(accepts(source, "{\n" + " ".repeat(33) + "\"a\":1}")).isFalse();
        assertThat(accepts(source, "{\"a\" :1}")).isFalse();
        assertThat(accepts(source, "{\"a\":1 ,\"b\":2}")).isFalse();
        assertThat(accepts(source, " {}")).isFalse();
    }

    @Test
    void numbersAreBounded() {
        JsonSchema number = new JsonSchema("{\"type\":\"number\"}");
        assertThat(accepts(number, "1".repeat(18) + "." + "1".repeat(18) + "e-99"))
                .isTrue();
        assertThat(accepts(number, "1".repeat(19))).isFalse();
        assertThat(accepts(number, "0." + "1".repeat(19))).isFalse();
        assertThat(accepts(number, "1e100")).isFalse();
        assertThat(accepts(number, "01")).isFalse();
        assertThat(accepts(number, "1.")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"minimum\":-2.5,\"maximum\":10.25}",
                "{\"exclusiveMinimum\":0,\"exclusiveMaximum\":0.5}",
                "{\"multipleOf\":0.25}",
                "{\"type\":\"integer\",\"multipleOf\":7,\"minimum\":-30}",
                "{\"not\":{\"multipleOf\":3},\"type\":\"integer\",\"maximum\":40}",
                "{\"enum\":[1,2.5,-3]}",
                "{\"minimum\":-0.75,\"exclusiveMaximum\":-0.125}",
                "{\"not\":{\"const\":2},\"type\":\"number\"}"
            })
    void numbersAreComparedByValue(String constraint) {
        String schema = constraint.replaceFirst("^\\{(?!\"type|\"enum|\"not)", "{\"type\":\"number\",");
        ForeignValidator validator = new ForeignValidator(schema);
        CompiledGrammar grammar = compiler.compile(new JsonSchema(schema));
        int valid = 0;
        for (int hundredths = -3_500; hundredths <= 4_500; hundredths += 5) {
            String text = java.math.BigDecimal.valueOf(hundredths, 2)
                    .stripTrailingZeros()
                    .toPlainString();
            boolean expected = validator.complaint(text).isEmpty();
            assertThat(Vocabularies.accepts(grammar, BYTES, text))
                    .as("%s: %s", schema, text)
                    .isEqualTo(expected);
            valid += expected ? 1 : 0;
        }
        assertThat(valid).isPositive();
    }

    @Test
    void callsToolsInTheirForm() {
        CallForm hermes =
                new CallForm("", "<tool_call>\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_call>", "\n", "");
        List<Tool> tools =
                List.of(new Tool("weather", STRICT), new Tool("now", "{\"type\":\"object\",\"maxProperties\":0}"));
        String weather =
                "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\", \"days\": 2}}\n</tool_call>";
        String now = "<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n</tool_call>";
        GrammarSource one = new ToolCalls(tools, hermes, -1, 1, false);
        assertThat(accepts(one, weather)).isTrue();
        assertThat(accepts(one, now)).isTrue();
        assertThat(accepts(one, weather + "\n" + now)).isFalse();
        assertThat(accepts(one, now.replace("{}", "{\"city\": \"Rome\"}"))).isFalse();
        assertThat(accepts(one, "hello")).isFalse();
        GrammarSource two = new ToolCalls(tools, hermes, -1, 2, false);
        assertThat(accepts(two, weather + "\n" + now)).isTrue();
        assertThat(accepts(two, weather + "\n" + now + "\n" + now)).isFalse();
        GrammarSource free = new ToolCalls(tools, hermes, -1, 2, true);
        assertThat(accepts(free, "It is <late>, dear.")).isTrue();
        assertThat(accepts(free, "Let me see.\n" + now)).isTrue();
        assertThat(accepts(free, "Let me see.\n" + now.replace("now", "never"))).isFalse();
        assertThat(accepts(free, "Let me see.\n<tool_call>\n{\"name\": \"now")).isFalse();
    }

    @Test
    void aControlTokenMayBeginTheCalls() {
        int marker = Vocabularies.END + 1;
        List<byte[]> withMarker = Vocabularies.bytesAnd("");
        GrammarCompiler own = new GrammarCompiler(Vocabularies.of(withMarker), GrammarConfig.defaults());
        CallForm mistral = new CallForm("[", "{\"name\": \"", "\", \"arguments\": ", "}", ", ", "]");
        List<Tool> tools = List.of(new Tool("now", "{\"type\":\"object\",\"maxProperties\":0}"));
        GrammarState forced =
                own.compile(new ToolCalls(tools, mistral, marker, 3, false)).start();
        assertThat(forced.onlyToken()).isEqualTo(marker);
        GrammarState free =
                own.compile(new ToolCalls(tools, mistral, marker, 3, true)).start();
        free.accept('H');
        assertThat(free.mask().allows(marker)).isTrue();
        assertThat(free.complete()).isTrue();
        free.accept(marker);
        assertThat(free.complete()).isFalse();
        for (byte value : "[{\"name\": \"now\", \"arguments\": {}}]".getBytes(StandardCharsets.UTF_8)) {
            free.accept(value);
        }
        assertThat(free.mustEnd()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"strin\"}|#/type: 'strin' is no type",
                "{\"properties\":{\"a/b\":{\"pattern\":\"(?=a)b\"}}}|#/properties/a~1b/pattern: has a look-ahead",
                "{\"properties\":{\"a\":{\"pattern\":\"(a)\\\\1\"}}}|#/properties/a/pattern: has a back reference",
                "{\"unevaluatedProperties\":false}|#/unevaluatedProperties: is not supported",
                "{\"$ref\":\"#/$defs/a\"}|#/$ref: refers to '#/$defs/a', which is not in the schema",
                "{\"$ref\":\"http://example.com/a\"}|#/$ref: refers to 'http://example.com/a', outside the schema",
                "{\"$ref\":\"#\"}|#/$ref: comes back to the same schema",
                "{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"null\"}]}|#/$ref: comes back to the same schema",
                "{\"format\":\"iri\"}|#/format: 'iri' is not supported",
                "{\"type\":\"array\",\"items\":{},\"uniqueItems\":true}|#/uniqueItems: is not supported",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"a\"]}|no value meets the schema",
                "{\"type\":\"string\",\"enum\":[1]}|no value meets the schema",
                "{\"minimum\":\"1\"}|#/minimum: has a value of the wrong kind (expected: a number)",
                "{\"oneOf\":[{\"format\":\"email\",\"type\":\"string\"},{\"format\":\"hostname\",\"type\":\"string\"}]}|#/oneOf: has schemas of which one value may meet several",
                "{\"a\":1,\"a\":2}|not JSON: Duplicate field 'a'",
                "{\"a\":}|not JSON: Unexpected character",
                "[1]|is not a schema",
            })
    void namesWhatItCannotCompile(String schema, String message) {
        assertThatThrownBy(() -> compiler.compile(new JsonSchema(schema)))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining(message);
    }

    @Test
    void compilesEqualSourcesOnce() {
        assertThat(compiler.compile(new JsonSchema(STRICT))).isSameAs(compiler.compile(new JsonSchema(STRICT)));
    }
}
