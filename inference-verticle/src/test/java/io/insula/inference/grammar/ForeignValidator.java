package io.insula.inference.grammar;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;

/** networknt's validator, formats asserted, and Jackson, which refuses two members of one name. */
final class ForeignValidator {

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(100_000)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Schema schema;

    ForeignValidator(String schema) {
        this.schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema, InputFormat.JSON);
    }

    static String name() {
        return "com.networknt:json-schema-validator "
                + Schema.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath()
                        .replaceAll(".*json-schema-validator-(.*)\\.jar", "$1");
    }

    /**
     * What is wrong with an answer; empty when nothing is. The validator takes none but registered top-level domains in
     * addresses, which RFC 5321 does not ask for: those that it complains of are tried again under one.
     */
    String complaint(String answer) {
        String complaint = validate(answer);
        return complaint.contains("RFC 5321")
                ? validate(answer.replaceAll("@([A-Za-z0-9.-]+)\"", "@$1.com\""))
                : complaint;
    }

    private String validate(String answer) {
        JsonNode value;
        try {
            value = JSON.readTree(answer);
        } catch (JsonProcessingException e) {
            return "not JSON: " + e.getOriginalMessage();
        }
        return schema
                .validate(value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .findFirst()
                .orElse("");
    }
}
