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
     * @param freeText any text up to the first call or an end, with tags as those of the tail; null where calls must come
     * @param lead the text before the first name, with the tag {@link #LEADS}; null for none
     * @param names the names and what stands between a name and its arguments; tags are the numbers of tools
     * @param tail what follows arguments: tag {@link #ENDS} after the last call, {@link #LEADS} before the next name
     * @param lastTail the same where no further call may follow
     * @param arguments by tool
     * @param marker a control token before the lead, {@code -1} for none
     * @param maxCalls most calls
     */
    record Calls(
            @Nullable Lexeme freeText,
            @Nullable Lexeme lead,
            Lexeme names,
            Lexeme tail,
            Lexeme lastTail,
            List<ValueRule> arguments,
            int marker,
            int maxCalls) {}

    static final int ENDS = 0;
    static final int LEADS = 1;

    private enum Phase {
        LEAD(0),
        NAME(1),
        ARGUMENTS(2),
        TAIL(3);

        private final int code;

        Phase(int code) {
            this.code = code;
        }
    }

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
        this.context = machine.contexts()
                .context(MaskKey.of(
                        MaskKey.Kind.CALL, end.context().number(), phase.code, call >= calls.maxCalls() ? 1 : 0));
    }

    /** The cursor before anything was written. */
    static Cursor begin(Machine machine, Calls calls, End end) {
        ToolCallFrame lead = new ToolCallFrame(machine, calls, end, Phase.LEAD, 1);
        Cursor call = calls.lead() == null ? lead.names() : lead.in(calls.lead());
        if (calls.freeText() != null) {
            LexemeCursor text = lead.in(calls.freeText());
            return calls.marker() < 0 ? text : new Marked(calls.marker(), text, call);
        }
        return calls.marker() < 0 ? call : new OnlyMarker(calls.marker(), call);
    }

    private LexemeCursor in(Lexeme lexeme) {
        return new LexemeCursor(List.of(new LexemeCursor.Strand(lexeme, lexeme.start(), LexemeCursor.BY_TAG)), this);
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
        public @Nullable MaskKey key() {
            return null;
        }
    }

    /**
     * Free text in which a control token may begin a call.
     */
    private record Marked(int marker, LexemeCursor text, Cursor call) implements Cursor {

        @Override
        public @Nullable Cursor step(int value, boolean probe) {
            Cursor next = text.step(value, probe);
            return next instanceof LexemeCursor inside && inside.continues(text)
                    ? new Marked(marker, inside, call)
                    : next;
        }

        @Override
        public boolean complete() {
            return text.complete();
        }

        @Override
        public Cursor afterMarker() {
            return call;
        }

        @Override
        public MaskKey key() {
            return text.key().within(MaskKey.Kind.MARKED);
        }

        @Override
        public void admit(MaskBuilder mask, int node) {
            text.admit(mask, node);
        }
    }
}
