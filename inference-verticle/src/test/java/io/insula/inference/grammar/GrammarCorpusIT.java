package io.insula.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The official JSON Schema test suite and schemas of our own: answers that a grammar lets through meet the schema, says a
 * foreign validator, and the suite's own instances are taken or refused as the suite says.
 *
 * <p>With {@code -Dinsula.grammar.walks=200} each schema gets so many random answers instead of one.
 */
class GrammarCorpusIT {

    private static final int WALKS = Integer.getInteger("insula.grammar.walks", 1);

    /** Files of the suite, without those about remote schemas, vocabularies, dynamic references and annotations. */
    private static final List<String> FILES = List.of(
            "additionalProperties",
            "allOf",
            "anchor",
            "anyOf",
            "bignum",
            "boolean_schema",
            "const",
            "contains",
            "content",
            "default",
            "defs",
            "dependentRequired",
            "dependentSchemas",
            "ecmascript-regex",
            "enum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "if-then-else",
            "infinite-loop-detection",
            "items",
            "maxContains",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minContains",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "multipleOf",
            "non-bmp-regex",
            "not",
            "oneOf",
            "pattern",
            "patternProperties",
            "prefixItems",
            "properties",
            "propertyNames",
            "ref",
            "required",
            "type",
            "unevaluatedItems",
            "unevaluatedProperties",
            "uniqueItems",
            "format/date-time",
            "format/date",
            "format/duration",
            "format/email",
            "format/hostname",
            "format/ipv4",
            "format/ipv6",
            "format/json-pointer",
            "format/relative-json-pointer",
            "format/time",
            "format/uri-reference",
            "format/uri",
            "format/uuid");

    /** Schemas of which random tokens do not find the end. */
    private static final Set<String> ENDLESS = Set.of(
            "\\w in patterns matches [A-Za-z0-9_], not unicode letters",
            "pattern with ASCII ranges",
            "\\w in patternProperties matches [A-Za-z0-9_], not unicode letters",
            "patternProperties with ASCII ranges",
            "patterns always use unicode semantics with pattern",
            "patterns always use unicode semantics with patternProperties");

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private static StarterVocabulary starter;
    private static GrammarCompiler compiler;

    @BeforeAll
    static void load() {
        starter = StarterVocabulary.load();
        compiler = new GrammarCompiler(starter.vocabulary(), GrammarConfig.defaults());
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = GrammarCorpusIT.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void meetsTheSuite() throws IOException {
        Map<String, Integer> refused = new TreeMap<>();
        Set<String> missed = new TreeSet<>();
        int compiled = 0;
        int instances = 0;
        for (String file : FILES) {
            for (JsonNode group : JSON.readTree(resource("suite/" + file + ".json"))) {
                String name = file + " / " + group.get("description").textValue();
                String schema = group.get("schema").toString();
                CompiledGrammar grammar;
                try {
                    grammar = compiler.compile(new GrammarSource.JsonSchema(schema));
                } catch (GrammarException e) {
                    refused.merge(e.keyword().isEmpty() ? "no value" : e.keyword(), 1, Integer::sum);
                    assertThat(e.getMessage()).as(name).contains(e.keyword()).contains("#");
                    assertThat(e.keyword().isEmpty() && hasValid(group))
                            .as(name)
                            .isFalse();
                    continue;
                }
                compiled++;
                for (JsonNode test : group.get("tests")) {
                    instances++;
                    boolean taken = Instances.texts(test.get("data")).stream()
                            .anyMatch(text -> Vocabularies.accepts(grammar, starter.singles(), text));
                    String instance = name + " / " + test.get("description").textValue();
                    assertThat(taken && !test.get("valid").booleanValue())
                            .as("takes what is invalid: %s", instance)
                            .isFalse();
                    if (!taken && test.get("valid").booleanValue()) {
                        missed.add(instance);
                    }
                }
                answer(
                        name,
                        schema,
                        grammar,
                        !ENDLESS.contains(group.get("description").textValue()));
            }
        }
        System.out.println("Suite: " + compiled + " schemas compiled, refused by keyword " + refused + "; " + instances
                + " instances, of the valid ones " + missed.size() + " are left out by design; " + WALKS
                + " random answers a schema, checked by " + ForeignValidator.name());
        assertThat(String.join("\n", missed) + "\n").isEqualTo(resource("suite/left-out.txt"));
        assertThat(compiled).isGreaterThanOrEqualTo(200);
    }

    private static boolean hasValid(JsonNode group) {
        List<JsonNode> tests = new ArrayList<>();
        group.get("tests").forEach(tests::add);
        return tests.stream().anyMatch(test -> test.get("valid").booleanValue());
    }

    @Test
    void meetsOurOwnSchemas() throws IOException {
        int compiled = 0;
        for (JsonNode one : JSON.readTree(resource("schemas.json"))) {
            String schema = one.get("schema").toString();
            answer(one.get("name").textValue(), schema, compiler.compile(new GrammarSource.JsonSchema(schema)), true);
            compiled++;
        }
        System.out.println("Own schemas: " + compiled + " compiled, " + WALKS + " random answers each, checked by "
                + ForeignValidator.name());
        assertThat(compiled).isGreaterThanOrEqualTo(100);
    }

    private static void answer(String name, String schema, CompiledGrammar grammar, boolean ends) {
        ForeignValidator validator = new ForeignValidator(schema);
        for (int walk = 0; walk < WALKS; walk++) {
            long seed = name.hashCode() * 31L + walk;
            int freeTokens = walk % 4 == 3 ? 150 : 20;
            RandomAnswer random = new RandomAnswer(starter::bytes, starter.singles(), seed, freeTokens, walk % 2 == 1);
            if (ends) {
                String answer = random.write(grammar);
                assertThat(validator.complaint(answer))
                        .as("%s, seed %d, answer %s, schema %s", name, seed, answer, schema)
                        .isEmpty();
            }
        }
    }

    @Test
    void theValidatorSeesAFault() {
        ForeignValidator validator = new ForeignValidator("{\"type\":\"string\",\"format\":\"date\"}");
        assertThat(validator.complaint("\"2024-02-30\"")).contains("date");
        assertThat(validator.complaint("\"2024-02-29\"")).isEmpty();
        assertThat(validator.complaint("\"2024-02-29")).contains("not JSON");
        assertThat(new ForeignValidator("{}").complaint("{\"a\":1,\"a\":2}")).contains("Duplicate");
    }
}
