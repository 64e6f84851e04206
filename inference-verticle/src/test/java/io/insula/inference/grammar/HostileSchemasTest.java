package io.insula.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Schemas that are made to cost much: each compiles or is refused soon, on a thread with a small stack. */
class HostileSchemasTest {

    /** Processor time: a busy machine must not fail a test. Most take a tenth of it. */
    private static final Duration MOST = Duration.ofSeconds(4);

    private static final long STACK_BYTES = 512 * 1024;

    private final GrammarCompiler compiler =
            new GrammarCompiler(Vocabularies.of(Vocabularies.bytesAnd("abcdefgh", "\"}]")), GrammarConfig.defaults());

    record Hostile(String name, GrammarSource source) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Hostile> schemas() {
        Map<String, String> schemas = new LinkedHashMap<>();
        schemas.put("deep nesting", "{\"items\":".repeat(5_000) + "{}" + "}".repeat(5_000));
        schemas.put("deep but allowed nesting", "{\"items\":".repeat(60) + "{}" + "}".repeat(60));
        schemas.put("deep brackets", "[".repeat(100_000));
        schemas.put("a schema of 10 MB", "{\"enum\":[\"" + "x".repeat(10_000_000) + "\"]}");
        schemas.put("an enum of 40 000 strings", "{\"enum\":[" + list(40_000, i -> "\"value" + i * 7919 + "\"") + "]}");
        schemas.put("an enum of 40 000 numbers", "{\"enum\":[" + list(40_000, i -> "" + i * 7919) + "]}");
        schemas.put(
                "recursion without an end",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"a\"]}");
        schemas.put(
                "a chain of 5 000 references",
                "{\"$defs\":{" + list(5_000, i -> "\"d" + i + "\":{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}")
                        + ",\"d5000\":{}},\"$ref\":\"#/$defs/d0\"}");
        schemas.put(
                "a ring of references",
                "{\"$defs\":{" + list(1_000, i -> "\"d" + i + "\":{\"$ref\":\"#/$defs/d" + (i + 1) % 1_000 + "\"}")
                        + "},\"$ref\":\"#/$defs/d0\"}");
        schemas.put(
                "a product of 30 anyOf",
                "{\"allOf\":["
                        + list(
                                30,
                                i -> "{\"anyOf\":["
                                        + list(
                                                4,
                                                j -> "{\"properties\":{\"p" + i + "\":{\"const\":" + j
                                                        + "}},\"required\":[\"p" + i + "\"]}")
                                        + "]}")
                        + "]}");
        schemas.put(
                "a doubling of definitions",
                "{\"$defs\":{"
                        + list(
                                40,
                                i -> "\"d" + i + "\":{\"anyOf\":[{\"$ref\":\"#/$defs/d" + (i + 1)
                                        + "\"},{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}]}")
                        + ",\"d40\":{\"type\":\"null\"}},\"$ref\":\"#/$defs/d0\"}");
        schemas.put(
                "a doubling of properties",
                "{\"$defs\":{"
                        + list(
                                60,
                                i -> "\"d" + i
                                        + "\":{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/d"
                                        + (i + 1) + "\"},\"b\":{\"$ref\":\"#/$defs/d"
                                        + (i + 1) + "\"}}}")
                        + ",\"d60\":{\"type\":\"null\"}},\"$ref\":\"#/$defs/d0\"}");
        schemas.put(
                "oneOf of 300 objects", "{\"oneOf\":[" + list(300, i -> "{\"properties\":{\"p" + i + "\":{}}}") + "]}");
        schemas.put(
                "oneOf within oneOf",
                "{\"oneOf\":[{\"properties\":{\"a\":".repeat(12) + "true" + "}},{\"required\":[\"b\"]}]}".repeat(12));
        schemas.put("not of not", "{\"not\":".repeat(50) + "{\"type\":\"string\"}" + "}".repeat(50));
        schemas.put("negated oneOf", "{\"not\":{\"oneOf\":[" + list(200, i -> "{\"minimum\":" + i + "}") + "]}}");
        schemas.put(
                "allOf of 3 000 objects",
                "{\"allOf\":[" + list(3_000, i -> "{\"properties\":{\"p" + i + "\":{}}}") + "]}");
        schemas.put(
                "5 000 optional properties",
                "{\"type\":\"object\",\"properties\":{"
                        + list(5_000, i -> "\"property" + i + "\":{\"type\":\"integer\"}")
                        + "},\"additionalProperties\":false}");
        schemas.put(
                "30 patterns of names",
                "{\"patternProperties\":{" + list(16, i -> "\".*" + (char) ('a' + i) + ".{8}\":{\"minimum\":" + i + "}")
                        + "}}");
        schemas.put(
                "long names deep down",
                "{\"properties\":{\"" + "n".repeat(400_000) + "\":{\"properties\":{"
                        + list(2_000, i -> "\"p" + i + "\":{}") + "}}}}");
        schemas.put(
                "many dependencies",
                "{\"dependentRequired\":{" + list(40, i -> "\"p" + i + "\":[\"p" + (i + 1) + "\"]") + "}}");
        schemas.put(
                "5 000 properties in 128 alternatives",
                "{\"type\":\"object\",\"properties\":{" + list(5_000, i -> "\"p" + i + "\":{}") + "},\"anyOf\":["
                        + list(128, i -> "{\"required\":[\"p" + i + "\"]}") + "]}");
        schemas.put("huge counts", "{\"type\":\"array\",\"minItems\":1000000000,\"maxItems\":2000000000}");
        schemas.put("huge lengths", "{\"type\":\"string\",\"minLength\":99999,\"maxLength\":2000000000}");
        schemas.put("a huge multiple", "{\"type\":\"number\",\"multipleOf\":99991}");
        schemas.put("a tiny multiple", "{\"type\":\"number\",\"multipleOf\":1e-300}");
        schemas.put("a huge bound", "{\"type\":\"number\",\"minimum\":-1e300,\"maximum\":1e300,\"multipleOf\":97}");
        schemas.put("a number that cannot be written", "{\"const\":1e999999999}");
        List<String> patterns = List.of(
                "^(a+)+$",
                "(a|aa)+b",
                "(.*a.{30}){5}",
                "(?:[01]*1[01]{18})",
                "(((((a{1,30}){1,30}){1,30}){1,30}){1,30})",
                "a{100000}",
                "(a?){5000}a{5000}",
                "(\\p{L}{1,200}\\p{N}{1,200}){20}",
                "(" + "(".repeat(2_000) + "a" + ")".repeat(2_000) + ")",
                "(x|" + "y|".repeat(20_000) + "z)*",
                "[" + "a-z".repeat(30_000) + "]*");
        Stream<Hostile> expressions = patterns.stream()
                .flatMap(pattern -> Stream.of(
                        new Hostile(
                                "pattern " + shortened(pattern),
                                new GrammarSource.JsonSchema("{\"type\":\"string\",\"pattern\":\""
                                        + pattern.replace("\\", "\\\\") + "\",\"maxLength\":5000}")),
                        new Hostile("regex " + shortened(pattern), new GrammarSource.Regex(pattern))));
        return Stream.concat(
                schemas.entrySet().stream()
                        .map(entry -> new Hostile(entry.getKey(), new GrammarSource.JsonSchema(entry.getValue()))),
                expressions);
    }

    private static String list(int count, java.util.function.IntFunction<String> item) {
        return IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(","));
    }

    private static String shortened(String text) {
        return text.substring(0, Math.min(text.length(), 40));
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void compilesOrIsRefusedSoon(Hostile hostile) throws InterruptedException {
        AtomicReference<Object> outcome = new AtomicReference<>();
        Thread thread = new Thread(
                null,
                () -> {
                    long before = processorNanos();
                    try {
                        walk(compiler.compile(hostile.source()));
                        outcome.set(processorNanos() - before);
                    } catch (GrammarException e) {
                        outcome.set(processorNanos() - before);
                    } catch (Throwable e) {
                        outcome.set(e);
                    }
                },
                "hostile",
                STACK_BYTES);
        thread.start();
        thread.join();
        if (outcome.get() instanceof Throwable failure) {
            throw new AssertionError(hostile.name(), failure);
        }
        assertThat(Duration.ofNanos((long) outcome.get())).as(hostile.name()).isLessThan(MOST);
    }

    private static long processorNanos() {
        return java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** What compiles must not cost much on the way, either. */
    private static void walk(CompiledGrammar grammar) {
        java.util.Random random = new java.util.Random(1);
        GrammarState state = grammar.start();
        for (int i = 0; i < 200 && !state.mustEnd(); i++) {
            TokenMask mask = state.mask();
            int token = mask.next(random.nextInt(Vocabularies.END));
            state.accept(token < 0 || token == Vocabularies.END ? first(mask) : token);
        }
    }

    private static int first(TokenMask mask) {
        return mask.next(0);
    }

    @Test
    void theRoomOfCompiledGrammarsIsBounded() {
        GrammarConfig small = new GrammarConfig(
                io.insula.inference.grammar.schema.SchemaLimits.defaults(), 1 << 20, 200_000, 1 << 20, 32);
        GrammarShelf shelf = new GrammarShelf(small.compiledBytes());
        for (int i = 0; i < 500; i++) {
            GrammarSource source = new GrammarSource.JsonSchema("{\"const\":" + i + "}");
            shelf.get(source, () -> compiler.compile(source));
        }
        assertThat(shelf.size()).isBetween(10, 200);
    }

    @Test
    void theRoomOfMasksIsBounded() {
        GrammarConfig small = new GrammarConfig(
                io.insula.inference.grammar.schema.SchemaLimits.defaults(), 1 << 20, 1 << 20, 100_000, 32);
        GrammarCompiler own = new GrammarCompiler(Vocabularies.of(Vocabularies.bytesAnd("ab")), small);
        CompiledGrammar grammar = own.compile(new GrammarSource.Regex("[a-z]{3000}"));
        GrammarState state = grammar.start();
        for (int i = 0; i < 3_000; i++) {
            assertThat(state.mask().allows('q')).isTrue();
            state.accept('q');
        }
        assertThat(state.mustEnd()).isTrue();
        assertThat(own.maskBytes()).isPositive().isLessThan(110_000);
    }
}
