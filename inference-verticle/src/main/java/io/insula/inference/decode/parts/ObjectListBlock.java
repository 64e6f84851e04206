package io.insula.inference.decode.parts;

/** Calls that are objects in a list, or one such object alone. */
final class ObjectListBlock implements CallBlock {

    private enum State {
        BEGIN,
        OBJECT,
        BEHIND,
        SEPARATED
    }

    private final CallSink calls;
    private final CallObject object;
    private State state = State.BEGIN;
    private boolean list;

    ObjectListBlock(CallSink calls) {
        this.calls = calls;
        this.object = new CallObject(calls);
    }

    @Override
    public void begin() {
        state = State.BEGIN;
        list = false;
        object.begin();
    }

    @Override
    public Step accept(char next) {
        return switch (state) {
            case BEGIN -> {
                state = State.OBJECT;
                list = next == '[';
                yield list ? Step.MORE : object.accept(next);
            }
            case OBJECT -> inObject(next);
            case BEHIND, SEPARATED -> Character.isWhitespace(next) ? Step.MORE : behind(next);
        };
    }

    private Step inObject(char next) {
        Step step = object.accept(next);
        if (step != Step.DONE) {
            return step;
        }
        calls.closed();
        state = State.BEHIND;
        return list ? Step.MORE : Step.DONE;
    }

    private Step behind(char next) {
        if (state == State.SEPARATED) {
            object.begin();
            state = State.OBJECT;
            return inObject(next);
        }
        if (next == ',') {
            state = State.SEPARATED;
            return Step.MORE;
        }
        return next == ']' ? Step.DONE : Step.LEFT;
    }

    @Override
    public boolean between() {
        return state == State.BEHIND || state == State.SEPARATED;
    }
}
