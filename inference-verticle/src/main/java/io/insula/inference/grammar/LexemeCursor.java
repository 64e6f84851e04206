package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.ByteDfa;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A place inside a lexeme, or inside several of which it is not clear yet which one it will be. */
final class LexemeCursor implements Cursor {

    /** The place of a thread whose lexeme says by its tag what was met. */
    static final int BY_TAG = -1;

    /**
     * @param place of the shape that is met when the lexeme ends, or {@link #BY_TAG}
     */
    record Thread(Lexeme lexeme, long state, int place) {

        boolean accepts() {
            return lexeme.tag(state) != ByteDfa.NONE;
        }

        int met() {
            return met(lexeme.tag(state));
        }

        int met(int tag) {
            return place == BY_TAG ? tag : place;
        }
    }

    private record Part(Object group, int place) {}

    private record Key(List<Part> parts, Context context) {}

    private final List<Thread> threads;
    private final Frame frame;

    LexemeCursor(List<Thread> threads, Frame frame) {
        this.threads = threads;
        this.frame = frame;
    }

    Frame frame() {
        return frame;
    }

    boolean in(Frame other) {
        return frame == other;
    }

    @Override
    public @Nullable Cursor step(int value, boolean probe) {
        List<Thread> alive = new ArrayList<>(threads.size());
        boolean over = true;
        for (Thread thread : threads) {
            long next = thread.lexeme().next(thread.state(), value);
            if (next != ByteDfa.NONE) {
                alive.add(new Thread(thread.lexeme(), next, thread.place()));
                over &= thread.lexeme().isFinal(next);
            }
        }
        if (alive.isEmpty()) {
            BitSet met = met(threads);
            return met.isEmpty() ? null : frame.after(met).step(value, probe);
        }
        return over ? frame.after(met(alive)) : new LexemeCursor(alive, frame);
    }

    private static BitSet met(List<Thread> threads) {
        BitSet met = new BitSet(threads.size());
        for (Thread thread : threads) {
            if (thread.accepts()) {
                met.set(thread.met());
            }
        }
        return met;
    }

    @Override
    public boolean complete() {
        BitSet met = met(threads);
        return !met.isEmpty() && frame.after(met).complete();
    }

    @Override
    public Object key() {
        List<Part> parts = new ArrayList<>(threads.size());
        for (Thread thread : threads) {
            parts.add(new Part(thread.lexeme().group(thread.state()), thread.place()));
        }
        return new Key(parts, frame.context());
    }

    @Override
    public void admit(MaskBuilder mask, int node) {
        for (Thread thread : threads) {
            mask.lexeme(node, thread.lexeme(), thread.state(), (at, exit, tag) -> frame.after(
                            Place.bit(thread.met(tag)))
                    .admit(at, exit));
        }
    }
}
