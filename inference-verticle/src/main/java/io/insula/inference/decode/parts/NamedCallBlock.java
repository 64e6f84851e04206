package io.insula.inference.decode.parts;

/** A name and its arguments, between which {@code [ARGS]} may stand, and an id behind {@code [CALL_ID]} before that. */
final class NamedCallBlock implements CallBlock {

    static final Tag ARGUMENTS = new Tag("[ARGS]");
    static final Tag ID = new Tag("[CALL_ID]");

    private static final int LONGEST_NAME = 256;

    private enum State {
        NAME,
        /** In one of the two tags. */
        TAG,
        /** In the id, and perhaps in the tag behind it. */
        CALL_ID,
        BEFORE_ARGUMENTS,
        IN_ARGUMENTS
    }

    private final CallSink calls;
    private final BalancedEnd end = new BalancedEnd();
    private final StringBuilder name = new StringBuilder();
    private State state = State.NAME;
    private Tag tag = ARGUMENTS;
    private int matched;

    NamedCallBlock(CallSink calls) {
        this.calls = calls;
    }

    @Override
    public void begin() {
        state = State.NAME;
        name.setLength(0);
    }

    @Override
    public Step accept(char next) {
        return switch (state) {
            case NAME -> inName(next);
            case TAG -> inTag(next);
            case CALL_ID -> inId(next);
            case BEFORE_ARGUMENTS -> Character.isWhitespace(next) ? Step.MORE : arguments(next);
            case IN_ARGUMENTS -> inArguments(next);
        };
    }

    private Step inName(char next) {
        if (next == '[') {
            state = State.TAG;
            matched = 1;
            return Step.MORE;
        }
        if (next == '{') {
            return arguments(next);
        }
        name.append(next);
        return name.length() > LONGEST_NAME ? Step.BROKEN : Step.MORE;
    }

    private Step inTag(char next) {
        if (matched == 1) {
            tag = ID.after(1, next) > 0 ? ID : ARGUMENTS;
        }
        matched = tag.after(matched, next);
        if (matched == 0) {
            return Step.BROKEN;
        }
        if (tag.complete(matched)) {
            state = tag.equals(ID) ? State.CALL_ID : State.BEFORE_ARGUMENTS;
            matched = 0;
        }
        return Step.MORE;
    }

    private Step inId(char next) {
        int longer = ARGUMENTS.after(matched, next);
        matched = longer == 0 ? ARGUMENTS.after(0, next) : longer;
        if (ARGUMENTS.complete(matched)) {
            state = State.BEFORE_ARGUMENTS;
        }
        return Step.MORE;
    }

    private Step arguments(char next) {
        String called = name.toString().strip();
        if (next != '{' || !calls.known(called)) {
            return Step.BROKEN;
        }
        calls.begins(called);
        end.begin();
        state = State.IN_ARGUMENTS;
        return inArguments(next);
    }

    private Step inArguments(char next) {
        calls.argument(next);
        if (!end.endsWith(next)) {
            return Step.MORE;
        }
        calls.ends(end.whole());
        calls.closed();
        return Step.DONE;
    }

    @Override
    public boolean between() {
        return false;
    }
}
