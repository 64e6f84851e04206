package io.insula.inference.decode.parts;

import java.util.function.Consumer;

/**
 * Takes the reasoning off the beginning of an answer.
 *
 * <p>Reasoning is the one block that an answer begins with: after it, and in an answer that begins otherwise, tags are
 * ordinary text, so that a model can talk about them. White space around the reasoning belongs to no part. A block that does
 * not end is reasoning to the answer's last character.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
final class ReasoningSplitter {

    private enum State {
        /** White space and a part of the opening tag, both held. */
        BEFORE,
        INSIDE,
        /** White space, dropped. */
        BEHIND,
        CONTENT
    }

    private final Tag open;
    private final Tag close;
    private final Consumer<String> reasoning;
    private final Consumer<String> content;
    private final StringBuilder held = new StringBuilder();
    private final StringBuilder certain = new StringBuilder();
    private State state;
    private int matched;
    private boolean spoken;

    ReasoningSplitter(ReasoningTags tags, ReasoningStart start, Consumer<String> reasoning, Consumer<String> content) {
        this.open = new Tag(tags.open());
        this.close = new Tag(tags.close());
        this.reasoning = reasoning;
        this.content = content;
        this.state = switch (start) {
            case NEVER -> State.CONTENT;
            case POSSIBLE, CLOSED -> State.BEFORE;
            case OPEN -> State.INSIDE;
        };
    }

    /** Whether the next character is reasoning, or may be the closing tag's. */
    boolean inside() {
        return state == State.INSIDE;
    }

    /** Characters of the closing tag that the reasoning's text ends with. */
    int closing() {
        return inside() ? matched : 0;
    }

    /** From now on all text is content, whatever it looks like. */
    void contentBegins() {
        releaseAsContent();
        state = State.CONTENT;
    }

    void accept(String text) {
        int at = 0;
        while (at < text.length() && state != State.CONTENT) {
            char next = text.charAt(at);
            switch (state) {
                case BEFORE -> before(next);
                case INSIDE -> inside(next);
                default -> state = Character.isWhitespace(next) ? State.BEHIND : State.CONTENT;
            }
            // What made it content is content itself, and nobody has taken it yet.
            at += state == State.CONTENT ? 0 : 1;
        }
        tell();
        if (at < text.length()) {
            content.accept(text.substring(at));
        }
    }

    /** The answer ends. */
    void flush() {
        if (state == State.INSIDE && matched > 0) {
            certain.append(held);
        }
        tell();
        if (state == State.BEFORE) {
            releaseAsContent();
        }
        held.setLength(0);
    }

    private void before(char next) {
        int longer = open.after(matched, next);
        if (longer == 0 && (matched > 0 || !Character.isWhitespace(next))) {
            contentBegins();
            return;
        }
        matched = longer;
        held.append(next);
        if (open.complete(matched)) {
            enter(State.INSIDE);
        }
    }

    private void inside(char next) {
        int longer = close.after(matched, next);
        if (longer == 0 && matched > 0) {
            certain.append(held);
            spoken = true;
            held.setLength(0);
            longer = close.after(0, next);
        }
        matched = longer;
        if (matched > 0) {
            held.append(next);
        } else if (Character.isWhitespace(next)) {
            if (spoken) {
                held.append(next);
            }
        } else {
            certain.append(held).append(next);
            spoken = true;
            held.setLength(0);
        }
        if (close.complete(matched)) {
            enter(State.BEHIND);
        }
    }

    private void enter(State next) {
        state = next;
        matched = 0;
        held.setLength(0);
    }

    private void tell() {
        if (!certain.isEmpty()) {
            reasoning.accept(certain.toString());
            certain.setLength(0);
        }
    }

    private void releaseAsContent() {
        if (!held.isEmpty()) {
            content.accept(held.toString());
        }
        enter(State.CONTENT);
    }
}
