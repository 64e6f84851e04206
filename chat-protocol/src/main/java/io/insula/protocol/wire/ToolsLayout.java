package io.insula.protocol.wire;

import io.insula.protocol.ResponseForm;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;

/** The bytes of what an answer may call and must look like. */
final class ToolsLayout {

    /** The lengths of three texts, two of which are not empty, and a flag. */
    private static final int LEAST_DEFINITION_BYTES = 6;

    private static final int LEAST_TEXT_BYTES = 1;

    private ToolsLayout() {}

    static void write(WireWriter out, Tools tools) {
        out.list(tools.definitions(), ToolsLayout::writeDefinition);
        switch (tools.choice()) {
            case ToolChoice.None() -> out.octet(0);
            case ToolChoice.Auto() -> out.octet(1);
            case ToolChoice.Required() -> out.octet(2);
            case ToolChoice.Named(String name) -> {
                out.octet(3);
                out.text(name);
            }
        }
        out.flag(tools.parallel());
    }

    static Tools read(WireReader in) {
        return new Tools(in.list(LEAST_DEFINITION_BYTES, ToolsLayout::readDefinition), readChoice(in), in.flag());
    }

    static void writeForm(WireWriter out, ResponseForm form) {
        switch (form) {
            case ResponseForm.Text() -> out.octet(0);
            case ResponseForm.JsonObject() -> out.octet(1);
            case ResponseForm.JsonSchema(String schema, boolean strict) -> {
                out.octet(2);
                out.text(schema);
                out.flag(strict);
            }
            case ResponseForm.Regex(String pattern) -> {
                out.octet(3);
                out.text(pattern);
            }
            case ResponseForm.Choice choice -> {
                out.octet(4);
                out.list(choice.texts(), WireWriter::text);
            }
        }
    }

    static ResponseForm readForm(WireReader in) {
        int code = in.octet();
        return switch (code) {
            case 0 -> new ResponseForm.Text();
            case 1 -> new ResponseForm.JsonObject();
            case 2 -> new ResponseForm.JsonSchema(in.text(), in.flag());
            case 3 -> new ResponseForm.Regex(in.text());
            case 4 -> new ResponseForm.Choice(in.list(LEAST_TEXT_BYTES, WireReader::text));
            default -> throw in.malformed("form: " + code + " (expected: 0..4)");
        };
    }

    private static void writeDefinition(WireWriter out, ToolDefinition definition) {
        out.text(definition.name());
        out.text(definition.description());
        out.text(definition.parameters());
        out.flag(definition.strict());
    }

    private static ToolDefinition readDefinition(WireReader in) {
        return new ToolDefinition(in.text(), in.text(), in.text(), in.flag());
    }

    private static ToolChoice readChoice(WireReader in) {
        int code = in.octet();
        return switch (code) {
            case 0 -> new ToolChoice.None();
            case 1 -> new ToolChoice.Auto();
            case 2 -> new ToolChoice.Required();
            case 3 -> new ToolChoice.Named(in.text());
            default -> throw in.malformed("tool choice: " + code + " (expected: 0..3)");
        };
    }
}
