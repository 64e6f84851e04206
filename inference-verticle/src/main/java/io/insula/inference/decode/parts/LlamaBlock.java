package io.insula.inference.decode.parts;

/** Calls that are bare objects with a semicolon between them. */
final class LlamaBlock implements CallBlock {

    static final Tag BEGIN = new Tag("<|python_tag|>");

    private enum State {
        OBJECT,
        BEHIND,
        SEPARATED
    }

    private final CallSink calls;
    private final CallObject object;
    private State state = State.OBJECT;

    LlamaBlock(CallSink calls) {
        this.calls = calls;
        this.object = new CallObject(calls);
    }

    @Override
    public void begin() {
        object.begin();
        state = State.OBJECT;
    }

    @Override
    public Step accept(char next) {
        if (state == State.OBJECT) {
            Step step = object.accept(next);
            if (step == Step.DONE) {
                state = State.BEHIND;
                calls.closed();
                return Step.MORE;
            }
            return step;
        }
        if (Character.isWhitespace(next)) {
            return Step.MORE;
        }
        if (state == State.BEHIND && next == ';') {
            state = State.SEPARATED;
            return Step.MORE;
        }
        if (state == State.SEPARATED && next == '{') {
            begin();
            return object.accept(next);
        }
        return Step.LEFT;
    }

    @Override
    public boolean between() {
        return state != State.OBJECT;
    }
}
