package io.insula.api.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.error.ApiError;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/** Parses a request body strictly: one JSON object, bounded depth and numbers, no duplicate keys, nothing after it. */
public final class BodyParser {

    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER_CHARS = 64;
    private static final int MAX_NAME_CHARS = 1024;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER_CHARS)
                            .maxNameLength(MAX_NAME_CHARS)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private BodyParser() {}

    /**
     * Parses a whole body.
     *
     * @throws io.insula.api.error.RequestFailure when the body is not such an object
     */
    public static ObjectNode parse(Buffer body) {
        if (body.length() == 0) {
            throw new ApiError.MissingBody().failure();
        }
        JsonNode root;
        try {
            root = MAPPER.readTree(body.getBytes());
        } catch (JsonProcessingException e) {
            throw malformed("The request body is not valid JSON" + fault(e));
        } catch (IOException e) {
            throw malformed("The request body is not valid JSON: its text is not UTF-8.");
        }
        if (root instanceof ObjectNode object) {
            return object;
        }
        throw malformed("The request body is not a JSON object.");
    }

    /**
     * Parses a field whose text is JSON itself, as strictly.
     *
     * @throws io.insula.api.error.RequestFailure naming the field
     */
    static JsonNode inner(String at, String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw ApiError.invalid(at, "text that is not valid JSON" + fault(e) + " (expected: JSON)")
                    .failure();
        }
    }

    private static String fault(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
        return where + ": " + firstLine(e.getOriginalMessage());
    }

    private static RuntimeException malformed(String message) {
        return new ApiError.MalformedBody(message).failure();
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        String line = end < 0 ? message : message.substring(0, end);
        return line.length() > 200 ? line.substring(0, 200) : line;
    }
}
