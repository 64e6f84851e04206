package io.insula.inference.decode.parts;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parts of one answer, put together again. */
final class ReadAnswer implements PartSink {

    static final Set<String> TOOLS = Set.of("get_weather", "add", "a-b_9");

    record Call(String name, String arguments, boolean complete) {}

    private final StringBuilder reasoning = new StringBuilder();
    private final StringBuilder content = new StringBuilder();
    private final List<Call> calls = new ArrayList<>();
    /** Everything that came, in order; neighbours of one kind together. */
    private final StringBuilder order = new StringBuilder();

    /** Reads an answer that comes in these pieces. */
    static ReadAnswer of(@Nullable ToolSyntax syntax, ReasoningStart start, List<String> pieces) {
        return of(syntax, start, CallRules.Held.FREE, pieces);
    }

    static ReadAnswer of(@Nullable ToolSyntax syntax, ReasoningStart start, CallRules.Held held, List<String> pieces) {
        ReadAnswer answer = new ReadAnswer();
        AnswerParts parts = new AnswerParts(
                ReasoningTags.THINK, start, syntax == null ? null : new CallRules(syntax, TOOLS, true, held), answer);
        pieces.forEach(parts::accept);
        parts.flush();
        return answer;
    }

    @Override
    public void reasoning(String text) {
        reasoning.append(text);
        note('r', text);
    }

    @Override
    public void content(String text) {
        content.append(text);
        note('c', text);
    }

    @Override
    public void callBegins(String name) {
        calls.add(new Call(name, "", false));
        order.append("\n#").append(name);
    }

    @Override
    public void arguments(String fragment) {
        Call call = calls.removeLast();
        calls.add(new Call(call.name(), call.arguments() + fragment, false));
        note('a', fragment);
    }

    @Override
    public void callEnds(boolean whole) {
        Call call = calls.removeLast();
        calls.add(new Call(call.name(), call.arguments(), whole));
        order.append("\n!");
    }

    String reasoning() {
        return reasoning.toString();
    }

    String content() {
        return content.toString();
    }

    List<Call> calls() {
        return calls;
    }

    String order() {
        return order.toString();
    }

    private void note(char kind, String text) {
        if (text.isEmpty()) {
            throw new AssertionError("an empty part of kind " + kind);
        }
        int line = order.lastIndexOf("\n");
        if (line < 0 || order.charAt(line + 1) != kind) {
            order.append('\n').append(kind);
        }
        // Newlines would look like the beginning of another part.
        order.append(text.replace('\n', '\u0001'));
    }
}
