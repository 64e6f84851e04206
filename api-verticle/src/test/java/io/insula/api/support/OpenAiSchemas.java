package io.insula.api.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** Checks bodies against OpenAI's published response schemas. */
public final class OpenAiSchemas {

    private static final JsonObject DEFINITIONS = load();

    private OpenAiSchemas() {}

    /** Returns the parsed body, and fails unless the schema allows it. */
    public static JsonObject valid(String schema, String body) {
        JsonObject root = DEFINITIONS.copy().put("$ref", "#/$defs/" + schema);
        root.remove("$id");
        OutputUnit outcome = Validator.create(
                        JsonSchema.of(root),
                        new JsonSchemaOptions()
                                .setBaseUri("https://example.invalid")
                                .setDraft(Draft.DRAFT202012)
                                .setOutputFormat(OutputFormat.Basic))
                .validate(new JsonObject(body));
        if (!Boolean.TRUE.equals(outcome.getValid())) {
            throw new AssertionError(schema + " does not allow " + body + "\n" + outcome.toJson());
        }
        return new JsonObject(body);
    }

    private static JsonObject load() {
        try (InputStream in = OpenAiSchemas.class.getResourceAsStream("/openai-schemas.json")) {
            return new JsonObject(new String(Objects.requireNonNull(in).readAllBytes(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
