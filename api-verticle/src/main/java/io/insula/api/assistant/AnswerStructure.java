package io.insula.api.assistant;

import io.insula.api.error.ApiError;
import io.insula.api.error.ApiError.InvalidRequest;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.Tools;
import java.util.Map;

/**
 * What an answer may call and must look like, and what the chat template is told beside the conversation.
 *
 * @param tools what may be called
 * @param form of the text
 * @param templateArguments a JSON object's text
 * @param functions whether the client speaks of functions, OpenAI's older form of tools, and is answered in it
 * @param names what the client calls the fields that engines call {@code response_format} and {@code tools[0]}, and
 *     fields below them, where the names differ
 */
public record AnswerStructure(
        Tools tools, ResponseForm form, String templateArguments, boolean functions, Map<String, String> names) {

    /** Any text, no tools, nothing for the template. */
    public static final AnswerStructure FREE =
            new AnswerStructure(Tools.NONE, new ResponseForm.Text(), "{}", false, Map.of());

    public AnswerStructure {
        names = Map.copyOf(names);
    }

    /** An error with the client's name for the field that an engine found fault with. */
    public ApiError named(ApiError error) {
        if (error instanceof InvalidRequest(String message, String field, String code) && field != null) {
            String name = nameOf(field);
            return new InvalidRequest(
                    message.startsWith(field) ? name + message.substring(field.length()) : message, name, code);
        }
        return error;
    }

    private String nameOf(String field) {
        String known = "";
        for (String key : names.keySet()) {
            if (key.length() > known.length() && (field.equals(key) || field.startsWith(key + "."))) {
                known = key;
            }
        }
        return known.isEmpty() ? field : names.get(known) + field.substring(known.length());
    }
}
