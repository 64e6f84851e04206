package io.insula.inference.decode.parts;

import io.insula.inference.decode.parts.CallBlock.Step;

/**
 * Reads {@code {"name": …, "arguments": {…}}}, the object that most syntaxes write a call as.
 *
 * <p>Keys come in either order, {@code parameters} is another name of {@code arguments}. Arguments that come first are held
 * until the name is known. Before both are known there may be {@code type} and {@code id} besides, after that anything.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
final class CallObject {

    private static final int LONGEST_TEXT = 256;

    private enum State {
        /** Before the opening bracket. */
        OPEN,
        /** Behind the opening bracket or a comma. */
        KEY,
        IN_KEY,
        COLON,
        VALUE,
        IN_NAME,
        IN_ARGUMENTS,
        IN_OTHER,
        COMMA
    }

    private final CallSink calls;
    private final JsonString string = new JsonString(LONGEST_TEXT);
    private final BalancedEnd arguments = new BalancedEnd();
    private final OtherValue other = new OtherValue();
    private final StringBuilder early = new StringBuilder();
    private State state = State.OPEN;
    private String key = "";
    private String name = "";
    private boolean empty;
    private boolean begun;

    CallObject(CallSink calls) {
        this.calls = calls;
    }

    /** Starts before the opening bracket. */
    void begin() {
        state = State.OPEN;
        name = "";
        early.setLength(0);
        empty = true;
        begun = false;
    }

    /** DONE with the closing bracket; the call is complete then. */
    Step accept(char next) {
        return switch (state) {
            case IN_KEY -> inKey(next);
            case IN_NAME -> inName(next);
            case IN_ARGUMENTS -> inArguments(next);
            case IN_OTHER -> inOther(next);
            default -> Character.isWhitespace(next) ? Step.MORE : punctuation(next);
        };
    }

    private Step punctuation(char next) {
        return switch (state) {
            case OPEN -> go(next == '{', State.KEY);
            case KEY -> {
                if (next == '}' && empty) {
                    yield Step.BROKEN;
                }
                string.begin();
                yield go(next == '"', State.IN_KEY);
            }
            case COLON -> go(next == ':', State.VALUE);
            case VALUE -> value(next);
            default -> next == '}' ? end() : go(next == ',', State.KEY);
        };
    }

    private Step go(boolean fits, State then) {
        state = then;
        return fits ? Step.MORE : Step.BROKEN;
    }

    private Step end() {
        return begun ? Step.DONE : Step.BROKEN;
    }

    private Step inKey(char next) {
        JsonString.Step step = string.accept(next);
        if (step == JsonString.Step.END) {
            key = string.text();
            empty = false;
            boolean fits = begun
                    || switch (key) {
                        case "name" -> name.isEmpty();
                        case "arguments", "parameters" -> early.isEmpty();
                        case "type", "id" -> true;
                        default -> false;
                    };
            return go(fits, State.COLON);
        }
        return step == JsonString.Step.BROKEN ? Step.BROKEN : Step.MORE;
    }

    private Step value(char next) {
        if (begun || key.equals("type") || key.equals("id")) {
            state = State.IN_OTHER;
            other.begin();
            return inOther(next);
        }
        if (key.equals("name")) {
            string.begin();
            return go(next == '"', State.IN_NAME);
        }
        if (next != '{') {
            return Step.BROKEN;
        }
        if (!name.isEmpty()) {
            start();
        }
        arguments.begin();
        state = State.IN_ARGUMENTS;
        return inArguments(next);
    }

    private void start() {
        begun = true;
        calls.begins(name);
    }

    private Step inName(char next) {
        JsonString.Step step = string.accept(next);
        if (step != JsonString.Step.END) {
            return step == JsonString.Step.BROKEN ? Step.BROKEN : Step.MORE;
        }
        name = string.text();
        if (name.isEmpty() || !calls.known(name)) {
            return Step.BROKEN;
        }
        if (!early.isEmpty()) {
            start();
            early.chars().forEach(character -> calls.argument((char) character));
            calls.ends(arguments.whole());
        }
        return go(true, State.COMMA);
    }

    private Step inArguments(char next) {
        if (begun) {
            calls.argument(next);
        } else {
            early.append(next);
        }
        if (!arguments.endsWith(next)) {
            return Step.MORE;
        }
        if (begun) {
            calls.ends(arguments.whole());
        }
        return go(true, State.COMMA);
    }

    private Step inOther(char next) {
        return switch (other.accept(next)) {
            case MORE -> Step.MORE;
            case DONE -> go(true, State.COMMA);
            case LEFT -> {
                state = State.COMMA;
                yield accept(next);
            }
            case BROKEN -> Step.BROKEN;
        };
    }
}
