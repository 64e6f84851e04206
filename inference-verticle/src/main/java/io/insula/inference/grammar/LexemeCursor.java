package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.ByteDfa;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A place inside a lexeme, or inside several of which it is not clear yet which one it will be. */
final class LexemeCursor implements Cursor {

    /** The place of a strand whose lexeme says by its tag what was met. */
    static final int BY_TAG = -1;

    /**
     * @param place of the shape that is met when the lexeme ends, or {@link #BY_TAG}
     */
    record Strand(Lexeme lexeme, long state, int place) {

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

    private final List<Strand> strands;
    private final Frame frame;

    LexemeCursor(List<Strand> strands, Frame frame) {
        this.strands = strands;
        this.frame = frame;
    }

    /** Whether it is in the same lexeme as another. */
    boolean continues(LexemeCursor other) {
        return frame.equals(other.frame)
                && strands.getFirst().lexeme().equals(other.strands.getFirst().lexeme());
    }

    @Override
    public @Nullable Cursor step(int value, boolean probe) {
        List<Strand> alive = new ArrayList<>(strands.size());
        boolean over = true;
        for (Strand strand : strands) {
            long next = strand.lexeme().next(strand.state(), value);
            if (next != ByteDfa.NONE) {
                alive.add(new Strand(strand.lexeme(), next, strand.place()));
                over &= strand.lexeme().isFinal(next);
            }
        }
        if (alive.isEmpty()) {
            BitSet met = met(strands);
            return met.isEmpty() ? null : frame.after(met).step(value, probe);
        }
        return over ? frame.after(met(alive)) : new LexemeCursor(alive, frame);
    }

    private static BitSet met(List<Strand> strands) {
        BitSet met = new BitSet(strands.size());
        for (Strand strand : strands) {
            if (strand.accepts()) {
                met.set(strand.met());
            }
        }
        return met;
    }

    @Override
    public boolean complete() {
        BitSet met = met(strands);
        return !met.isEmpty() && frame.after(met).complete();
    }

    @Override
    public MaskKey key() {
        long[] parts = new long[2 * strands.size() + 1];
        for (int i = 0; i < strands.size(); i++) {
            Strand strand = strands.get(i);
            parts[2 * i] = strand.lexeme().group(strand.state());
            parts[2 * i + 1] = strand.place();
        }
        parts[parts.length - 1] = frame.context().number();
        return MaskKey.of(MaskKey.Kind.LEXEME, parts);
    }

    @Override
    public int breadth() {
        return strands.size();
    }

    @Override
    public void admit(MaskBuilder mask, int node) {
        for (Strand strand : strands) {
            mask.lexeme(
                    node,
                    strand.lexeme(),
                    strand.state(),
                    (at, exit, tag) -> frame.after(Place.bit(strand.met(tag))).admit(at, exit));
        }
    }
}
