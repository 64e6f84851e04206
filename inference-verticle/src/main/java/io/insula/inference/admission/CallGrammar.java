package io.insula.inference.admission;

import io.insula.inference.decode.parts.CallForm;
import io.insula.protocol.ToolDefinition;
import java.util.List;

/**
 * Tool calls that an answer is held to.
 *
 * @param form the texts around them
 * @param tools those that may be called, with the schemas that their arguments have to match; at least one
 * @param place of the first of them among the request's tools; the others follow it there
 * @param parallel whether there may be more than one call
 * @param freeText whether the answer may be any text, or begin with any text: only its calls are held to anything
 */
public record CallGrammar(CallForm form, List<ToolDefinition> tools, int place, boolean parallel, boolean freeText) {

    public CallGrammar {
        tools = List.copyOf(tools);
        if (tools.isEmpty()) {
            throw new IllegalArgumentException("tools: [] (expected: at least one)");
        }
    }
}
