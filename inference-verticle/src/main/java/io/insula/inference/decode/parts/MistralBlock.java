package io.insula.inference.decode.parts;

import org.jspecify.annotations.Nullable;

/** What follows {@code [TOOL_CALLS]}: a list of objects, one object, or a name and its arguments. */
final class MistralBlock implements CallBlock {

    static final Tag BEGIN = new Tag("[TOOL_CALLS]");

    private final ObjectListBlock objects;
    private final NamedCallBlock named;
    private @Nullable CallBlock chosen;

    MistralBlock(CallSink calls) {
        this.objects = new ObjectListBlock(calls);
        this.named = new NamedCallBlock(calls);
    }

    @Override
    public void begin() {
        chosen = null;
    }

    @Override
    public Step accept(char next) {
        CallBlock block = chosen;
        if (block == null) {
            if (Character.isWhitespace(next)) {
                return Step.MORE;
            }
            block = next == '[' || next == '{' ? objects : named;
            block.begin();
            chosen = block;
        }
        return block.accept(next);
    }

    @Override
    public boolean between() {
        return chosen != null && chosen.between();
    }
}
