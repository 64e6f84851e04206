package io.insula.inference.grammar;

import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls of tools: the text before a name, the name, the arguments, the text after them, and either an end or the next call.
 */
final class ToolCallFrame implements Frame {

    /**
     * The fixed texts of the calls.
     *
     * @param lead free text up to the first call or an end, or the text before the first name; its tag {@link #LEADS} says
     *     that a call begins
     * @param names the names and what stands between a name and its arguments; tags are the numbers of tools
     * @param tail what follows arguments: tag {@link #ENDS} after the last call, {@link #LEADS} before the next name
     * @param lastTail the same where no further call may follow
     * @param arguments by tool
     * @param marker a control token that takes the place of the lead, {@code -1} for none
     * @param freeLead whether the lead may be free text
     * @param maxCalls most calls
     */
    record Calls(
            @Nullable Lexeme lead,
            Lexeme names,
            Lexeme tail,
            Lexeme lastTail,
            List<ValueRule> arguments,
            int marker,
            boolean freeLead,
            int maxCalls) {}

    static final int ENDS = 0;
    static final int LEADS = 1;

    private enum Phase {
        LEAD,
        NAME,
        ARGUMENTS,
        TAIL
    }

    private record Local(Phase phase, boolean last) {}

    private final Machine machine;
    private final Calls calls;
    private final End end;
    private final Phase phase;
    private final int call;
    private final Context context;

    private ToolCallFrame(Machine machine, Calls calls, End end, Phase phase, int call) {
        this.machine = machine;
        this.calls = calls;
        this.end = end;
        this.phase = phase;
        this.call = call;
        this.context = machine.contexts().of(end.context(), new Local(phase, call >= calls.maxCalls()));
    }

    /** The cursor before anything was written. */
    static Cursor begin(Machine machine, Calls calls, End end) {
        ToolCallFrame lead = new ToolCallFrame(machine, calls, end, Phase.LEAD, 1);
        Lexeme text = calls.lead();
        Cursor first = text == null ? lead.names() : lead.in(text);
        if (calls.marker() < 0) {
            return first;
        }
        return calls.freeLead() ? new Marked(calls.marker(), first, lead.names()) : new OnlyMarker(calls.marker(), first);
    }

    private Cursor in(Lexeme lexeme) {
        return new LexemeCursor(
                List.of(new LexemeCursor.Thread(lexeme, lexeme.start(), LexemeCursor.BY_TAG)), this);
    }

    private Cursor names() {
        return new ToolCallFrame(machine, calls, end, Phase.NAME, call).in(calls.names());
    }

    @Override
    public Cursor after(BitSet met) {
        return switch (phase) {
            case LEAD -> met.get(LEADS) ? names() : end;
            case NAME -> {
                List<ValueRule> rules = List.of(calls.arguments().get(met.nextSetBit(0)));
                ToolCallFrame next = new ToolCallFrame(machine, calls, end, Phase.ARGUMENTS, call);
                yield Place.spaced(machine, new Place.Value(machine, rules, next));
            }
            case ARGUMENTS ->
                new ToolCallFrame(machine, calls, end, Phase.TAIL, call)
                        .in(call < calls.maxCalls() ? calls.tail() : calls.lastTail());
            case TAIL ->
                met.get(LEADS) ? new ToolCallFrame(machine, calls, end, Phase.NAME, call + 1).in(calls.names()) : end;
        };
    }

    @Override
    public Context context() {
        return context;
    }

    /** A control token must come first. */
    private record OnlyMarker(int marker, Cursor next) implements Cursor {

        @Override
        public @Nullable Cursor step(int value, boolean probe) {
            return null;
        }

        @Override
        public Cursor afterMarker() {
            return next;
        }

        @Override
        public @Nullable Object key() {
            return null;
        }
    }

    /**
     * Free text in which a control token may take the place of the text before a call.
     */
    private record Marked(int marker, Cursor text, Cursor names) implements Cursor {

        private record Key(Object text) {}

        @Override
        public @Nullable Cursor step(int value, boolean probe) {
            Cursor next = text.step(value, probe);
            return next instanceof LexemeCursor inside && inside.in(((LexemeCursor) text).frame())
                    ? new Marked(marker, next, names)
                    : next;
        }

        @Override
        public boolean complete() {
            return text.complete();
        }

        @Override
        public Cursor afterMarker() {
            return names;
        }

        @Override
        public @Nullable Object key() {
            Object key = text.key();
            return key == null ? null : new Key(key);
        }

        @Override
        public void admit(MaskBuilder mask, int node) {
            text.admit(mask, node);
        }
    }
}
