package io.insula.api.error;

import io.insula.api.json.JsonBytes;
import java.util.List;
import java.util.Map;

/** The shapes in which a family of routes writes its error bodies. */
public enum ErrorForm {
    /** {@code {"error":{message,type,param,code}}}. */
    OPENAI,
    /** View's members beside OpenAI's {@code error}, which serves the clients of both. */
    HYBRID,
    /** OpenAI's without {@code param}, with the details of a failed validation. */
    VIZRA;

    /** The HTTP status of an error, the same in every form. */
    public static int status(ApiError error) {
        return ErrorMapping.of(error).status();
    }

    /** The whole body of an error answer. */
    public JsonBytes body(ApiError error) {
        ErrorMapping mapping = ErrorMapping.of(error);
        JsonBytes json = new JsonBytes(384);
        json.raw("{");
        if (this == HYBRID) {
            json.raw("\"Error\":")
                    .string(mapping.view().label)
                    .raw(",\"Message\":")
                    .string(mapping.view().text)
                    .raw(",\"StatusCode\":")
                    .number(mapping.status())
                    .raw(",\"Context\":null,\"Description\":")
                    .string(mapping.message())
                    .raw(",");
        }
        json.raw("\"error\":");
        object(error, mapping, json);
        return json.raw("}");
    }

    /** The data of a server-sent event that ends a stream whose head is already written. */
    public JsonBytes event(ApiError error) {
        JsonBytes json = new JsonBytes(256).raw("{\"error\":");
        object(error, ErrorMapping.of(error), json);
        return json.raw("}");
    }

    private void object(ApiError error, ErrorMapping mapping, JsonBytes json) {
        boolean vizraServerError = this == VIZRA && mapping.status() == 500;
        json.raw("{\"message\":")
                .string(vizraServerError ? "Internal server error" : mapping.message())
                .raw(",\"type\":")
                .string(mapping.type());
        if (this != VIZRA) {
            json.raw(",\"param\":").string(mapping.param());
        }
        json.raw(",\"code\":").string(vizraServerError ? "internal_error" : mapping.code());
        if (this == VIZRA && error instanceof ApiError.InvalidFields invalid) {
            details(invalid.details(), json.raw(",\"details\":"));
        }
        json.raw("}");
    }

    private static void details(Map<String, List<String>> details, JsonBytes json) {
        String separator = "{";
        for (Map.Entry<String, List<String>> field : details.entrySet()) {
            json.raw(separator).string(field.getKey()).raw(":[");
            String comma = "";
            for (String message : field.getValue()) {
                json.raw(comma).string(message);
                comma = ",";
            }
            json.raw("]");
            separator = ",";
        }
        json.raw(details.isEmpty() ? "{}" : "}");
    }
}
