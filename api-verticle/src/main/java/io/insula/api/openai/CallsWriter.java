package io.insula.api.openai;

import io.insula.api.json.JsonBytes;
import io.insula.protocol.ToolCall;
import java.util.List;

/**
 * Writes tool calls, or the one function call of the older form.
 *
 * <p><b>Source:</b> OpenAI's {@code ChatCompletionMessageToolCall} and {@code ChatCompletionMessageToolCallChunk}: the first
 * chunk of a call has its id, type and name and empty arguments.
 */
final class CallsWriter {

    private CallsWriter() {}

    static void start(JsonBytes out, int index, String id, String name) {
        out.raw("\"tool_calls\":[{\"index\":")
                .number(index)
                .raw(",\"id\":")
                .string(id)
                .raw(",\"type\":\"function\",\"function\":{\"name\":")
                .string(name)
                .raw(",\"arguments\":\"\"}}]");
    }

    static void arguments(JsonBytes out, int index, CharSequence text, int chars) {
        out.raw("\"tool_calls\":[{\"index\":")
                .number(index)
                .raw(",\"function\":{\"arguments\":\"")
                .escaped(text, chars)
                .raw("\"}}]");
    }

    static void functionStart(JsonBytes out, String name) {
        out.raw("\"function_call\":{\"name\":").string(name).raw(",\"arguments\":\"\"}");
    }

    static void functionArguments(JsonBytes out, CharSequence text, int chars) {
        out.raw("\"function_call\":{\"arguments\":\"").escaped(text, chars).raw("\"}");
    }

    /** The calls of a whole message; the older form knows one. */
    static void whole(JsonBytes out, List<ToolCall> calls, boolean functions) {
        if (functions) {
            function(out.raw(",\"function_call\":"), calls.getFirst());
            return;
        }
        String separator = ",\"tool_calls\":[";
        for (ToolCall call : calls) {
            out.raw(separator).raw("{\"id\":").string(call.id()).raw(",\"type\":\"function\",\"function\":");
            function(out, call);
            out.raw("}");
            separator = ",";
        }
        out.raw("]");
    }

    private static void function(JsonBytes out, ToolCall call) {
        out.raw("{\"name\":")
                .string(call.name())
                .raw(",\"arguments\":")
                .string(call.arguments())
                .raw("}");
    }
}
