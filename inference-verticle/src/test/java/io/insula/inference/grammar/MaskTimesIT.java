package io.insula.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.grammar.GrammarSource.JsonObject;
import io.insula.inference.grammar.GrammarSource.JsonSchema;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What masks cost over the starter model's 49,152 tokens. Each answer is written with the longest tokens that fit; a token
 * costs its mask and its acceptance. Warm: the answer was written before. Cold: nothing is kept but compiled code.
 */
class MaskTimesIT {

    private static final int WARM_UP = 200;
    private static final int RUNS = 100;
    private static final int COLD_RUNS = 5;

    private static final long MOST_WARM_MEDIAN_NANOS = 50_000;
    private static final long MOST_COLD_NANOS = 5_000_000;
    /** Schemas that are made to cost much may take more once. */
    private static final long MOST_HOSTILE_NANOS = 20_000_000;

    /** A decode step of the starter model takes about this long; five of a hundred may be ours. */
    private static final long MOST_MEAN_NANOS = 12_000_000 / 20;

    private static final String HOSTILE = "120 alternatives";

    private record Case(GrammarSource source, String answer) {}

    private static Map<String, Case> cases() {
        Map<String, Case> cases = new LinkedHashMap<>();
        cases.put(
                "JSON object",
                new Case(
                        new JsonObject(),
                        "{\"title\": \"The lighthouse of Genoa\", \"year\": 1543, \"tags\": [\"harbour\", \"light\"], \"place\": {\"lat\":"
                                + " 44.404, \"lon\": 8.905, \"open\": true, \"note\": null}, \"visits\": [{\"by\": \"Anna\", \"stars\":"
                                + " 5}, {\"by\": \"Jörg\", \"stars\": 4}]}"));
        cases.put(
                "strict schema",
                new Case(
                        new JsonSchema("""
                        {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0,"maximum":150},
                        "email":{"type":"string","format":"email"},"roles":{"type":"array","items":{"enum":["admin","editor","reader"]},
                        "minItems":1,"maxItems":3},"address":{"type":"object","properties":{"street":{"type":"string","maxLength":80},
                        "zip":{"type":"string","pattern":"^\\\\d{5}$"}},"required":["street","zip"],"additionalProperties":false}},
                        "required":["name","age","email","roles","address"],"additionalProperties":false}"""),
                        "{\"name\": \"Maria Rossi\", \"age\": 42, \"email\": \"maria.rossi@example.com\", \"roles\": [\"editor\", \"reader\"],"
                                + " \"address\": {\"street\": \"Via Appia Antica 12, in the house of many tenants\", \"zip\": \"00178\"}}"));
        cases.put(
                "bounded string",
                new Case(
                        new JsonSchema("{\"type\":\"string\",\"minLength\":200,\"maxLength\":2000}"),
                        '"'
                                + "In the old town the houses stand so close that the sun comes in at noon alone. "
                                        .repeat(6)
                                + '"'));
        cases.put(
                "long array",
                new Case(
                        new JsonSchema(
                                "{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":100000},\"minItems\":50,"
                                        + "\"maxItems\":1000}"),
                        "[" + "1, 22, 333, 4444, ".repeat(25) + "5]"));
        cases.put(
                "recursive schema",
                new Case(
                        new JsonSchema(
                                "{\"$defs\":{\"n\":{\"type\":\"object\",\"properties\":{\"v\":{\"type\":\"string\"},\"c\":{\"type\":\"array\","
                                        + "\"items\":{\"$ref\":\"#/$defs/n\"}}},\"required\":[\"v\",\"c\"],\"additionalProperties\":false}},"
                                        + "\"$ref\":\"#/$defs/n\"}"),
                        "{\"v\": \"root\", \"c\": [{\"v\": \"left\", \"c\": [{\"v\": \"leaf\", \"c\": []}]}, {\"v\": \"right\", \"c\": [{\"v\":"
                                + " \"twig\", \"c\": [{\"v\": \"bud\", \"c\": []}]}]}]}"));
        cases.put(
                "pattern",
                new Case(
                        new JsonSchema("{\"type\":\"string\",\"pattern\":\"^[A-Za-z ]{20,200}$\"}"),
                        '"' + "The quick brown fox jumps over the lazy dog and comes home late" + '"'));
        GrammarSource.CallForm form = new GrammarSource.CallForm(
                "", "<tool_call>\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_call>", "\n", "");
        cases.put(
                "text, then a call",
                new Case(
                        new GrammarSource.ToolCalls(
                                List.of(
                                        new GrammarSource.Tool(
                                                "get_weather",
                                                "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},"
                                                        + "\"required\":[\"city\"]}"),
                                        new GrammarSource.Tool("get_time", "{\"type\":\"object\"}")),
                                form,
                                -1,
                                8,
                                true),
                        "I shall look up what the sky over Rome is like.\n<tool_call>\n{\"name\": \"get_weather\","
                                + " \"arguments\": {\"city\": \"Rome\"}}\n</tool_call>"));
        StringBuilder variants = new StringBuilder();
        for (int i = 0; i < 120; i++) {
            variants.append(i == 0 ? "" : ",")
                    .append("{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\",\"pattern\":\"^(?:[^")
                    .append((char) ('A' + i % 26))
                    .append("]*|")
                    .append(i)
                    .append(")$\"},\"kind\":{\"const\":")
                    .append(i)
                    .append("}},\"required\":[\"text\",\"kind\"]}");
        }
        cases.put(
                HOSTILE,
                new Case(
                        new JsonSchema("{\"anyOf\":[" + variants + "]}"),
                        "{\"text\": \"the quick brown fox jumps over the lazy dog\", \"kind\": 77, \"more\": [1, 2, 3]}"));
        return cases;
    }

    @Test
    void masksAreCheap() {
        StarterVocabulary starter = StarterVocabulary.load();
        StringBuilder report = new StringBuilder("Mask and accept, microseconds a token, 49152 tokens:\n");
        cases().forEach((name, one) -> {
            GrammarCompiler compiler = new GrammarCompiler(starter.vocabulary(), GrammarConfig.defaults());
            List<long[]> warm = new ArrayList<>();
            for (int run = 0; run < WARM_UP + RUNS; run++) {
                long[] times = write(starter, compiler.compile(one.source()), one.answer(), false);
                if (run >= WARM_UP) {
                    warm.add(times);
                }
            }
            long[] cold = write(starter, fresh(starter, one), one.answer(), true);
            for (int run = 1; run < COLD_RUNS; run++) {
                long[] again = write(starter, fresh(starter, one), one.answer(), true);
                for (int i = 0; i < cold.length; i++) {
                    cold[i] = Math.min(cold[i], again[i]);
                }
            }
            long[] all = warm.stream().flatMapToLong(Arrays::stream).sorted().toArray();
            Arrays.sort(cold);
            long coldMost = cold[cold.length - 1];
            report.append(String.format(
                    "%-17s %4d tokens, warm: median %.2f, p99 %.2f, mean %.2f; cold: median %.1f, most %.1f%n",
                    name,
                    cold.length,
                    all[all.length / 2] / 1e3,
                    all[all.length * 99 / 100] / 1e3,
                    Arrays.stream(all).average().orElseThrow() / 1e3,
                    cold[cold.length / 2] / 1e3,
                    coldMost / 1e3));
            assertThat(all[all.length / 2]).as("%s: warm median", name).isLessThan(MOST_WARM_MEDIAN_NANOS);
            assertThat(coldMost)
                    .as("%s: coldest token", name)
                    .isLessThan(name.equals(HOSTILE) ? MOST_HOSTILE_NANOS : MOST_COLD_NANOS);
            assertThat(Arrays.stream(all).average().orElseThrow())
                    .as("%s: warm mean", name)
                    .isLessThan(MOST_MEAN_NANOS);
        });
        System.out.println(report);
    }

    private static CompiledGrammar fresh(StarterVocabulary starter, Case one) {
        return new GrammarCompiler(starter.vocabulary(), GrammarConfig.defaults()).compile(one.source());
    }

    /** Times of the tokens, by the wall or, where nothing may disturb, by the processor. */
    private static long[] write(StarterVocabulary starter, CompiledGrammar grammar, String answer, boolean processor) {
        byte[] text = answer.getBytes(StandardCharsets.UTF_8);
        GrammarState state = grammar.start();
        long[] times = new long[text.length];
        int tokens = 0;
        int at = 0;
        while (at < text.length) {
            long begin = nanos(processor);
            TokenMask mask = state.mask();
            long masked = nanos(processor);
            int token = longest(starter, mask, text, at);
            long found = nanos(processor);
            state.accept(token);
            times[tokens++] = masked - begin + nanos(processor) - found;
            at += starter.bytes(token).length;
        }
        assertThat(state.complete()).isTrue();
        return Arrays.copyOf(times, tokens);
    }

    private static long nanos(boolean processor) {
        return processor ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() : System.nanoTime();
    }

    private static int longest(StarterVocabulary starter, TokenMask mask, byte[] text, int at) {
        for (int length = Math.min(24, text.length - at); length > 0; length--) {
            Integer token = starter.token(Arrays.copyOfRange(text, at, at + length));
            if (token != null && mask.allows(token)) {
                return token;
            }
        }
        throw new AssertionError("no token fits at " + new String(text, at, text.length - at, StandardCharsets.UTF_8));
    }
}
