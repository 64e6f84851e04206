package io.insula.inference.decode.parts;

/** A call between {@code <tool_call>} and {@code </tool_call>}; several objects between two tags are several calls. */
final class HermesBlock implements CallBlock {

    static final Tag BEGIN = new Tag("<tool_call>");
    static final Tag END = new Tag("</tool_call>");

    private final CallSink calls;
    private final CallObject object;
    private boolean inObject;
    private int matched;

    HermesBlock(CallSink calls) {
        this.calls = calls;
        this.object = new CallObject(calls);
    }

    @Override
    public void begin() {
        object.begin();
        inObject = true;
        matched = 0;
    }

    @Override
    public Step accept(char next) {
        if (inObject) {
            Step step = object.accept(next);
            if (step == Step.DONE) {
                inObject = false;
                calls.closed();
                return Step.MORE;
            }
            return step;
        }
        if (matched == 0 && Character.isWhitespace(next)) {
            return Step.MORE;
        }
        if (matched == 0 && next == '{') {
            begin();
            return object.accept(next);
        }
        matched = END.after(matched, next);
        if (matched == 0) {
            return Step.LEFT;
        }
        return END.complete(matched) ? Step.DONE : Step.MORE;
    }

    @Override
    public boolean between() {
        return !inObject;
    }
}
