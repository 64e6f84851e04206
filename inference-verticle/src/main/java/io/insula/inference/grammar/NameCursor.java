package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.ByteDfa;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place inside the name of a member: a declared one, or a further one that the object does not have yet.
 *
 * <p>Masks do not depend on the names so far, so that they can be kept: a name that begins inside a token may be a further
 * one only if it does not end there, and tokens that would repeat a name are taken out of each mask.
 */
final class NameCursor implements Cursor {

    /** A declared name of a strand's rule. */
    private record Declared(ObjectFrame.Strand strand, NameWindow window) {}

    /**
     * A further name of a strand's rule.
     *
     * @param reserved names that it must not be
     */
    private record Further(ObjectFrame.Strand strand, Lexeme lexeme, long state, NameWindow reserved) {}

    /** Bytes so far, the last one first. */
    private record Bytes(int value, int length, @Nullable Bytes before) {

        static byte[] array(@Nullable Bytes last) {
            byte[] array = new byte[last == null ? 0 : last.length];
            for (Bytes at = last; at != null; at = at.before) {
                array[at.length - 1] = (byte) at.value;
            }
            return array;
        }
    }

    /** Numbers in a key of one name. */
    private static final int PARTS = 6;

    /** Steps of a lexeme that taking out a name is worth. */
    private static final int REMOVAL_STEPS = 64;

    private static final int QUOTE = '"';

    private final ObjectFrame frame;
    private final int depth;
    private final List<Declared> declared;
    private final List<Further> further;
    private final @Nullable Bytes text;
    /** Used names that begin like this one. */
    private final List<byte[]> similar;
    /** Whether the name began inside the token for which a mask is made. */
    private final boolean probed;

    private NameCursor(
            ObjectFrame frame,
            int depth,
            List<Declared> declared,
            List<Further> further,
            @Nullable Bytes text,
            List<byte[]> similar,
            boolean probed) {
        this.frame = frame;
        this.depth = depth;
        this.declared = declared;
        this.further = further;
        this.text = text;
        this.similar = similar;
        this.probed = probed;
    }

    /** The cursor after the first quote; null where no member may follow. */
    static @Nullable Cursor open(ObjectFrame frame, boolean probe) {
        List<Declared> declared = new ArrayList<>(frame.strands().size());
        List<Further> further = new ArrayList<>(frame.strands().size());
        for (ObjectFrame.Strand strand : frame.strands()) {
            NameWindow window = NameWindow.all(strand.rule().names());
            if (window.takes(strand, frame.count())) {
                declared.add(new Declared(strand, window));
            }
            Lexeme lexeme = strand.rule().furtherNames();
            if (lexeme != null && strand.rule().takesFurther(strand.place(), frame.count())) {
                further.add(new Further(
                        strand,
                        lexeme,
                        lexeme.start(),
                        NameWindow.all(strand.rule().reserved())));
            }
        }
        return declared.isEmpty() && further.isEmpty()
                ? null
                : new NameCursor(
                        frame, 0, declared, further, null, probe ? List.of() : UsedNames.list(frame.used()), probe);
    }

    @Override
    public @Nullable Cursor step(int value, boolean probe) {
        Cursor end = value == QUOTE ? end() : null;
        if (end != null) {
            return end;
        }
        List<Declared> left = new ArrayList<>(declared.size());
        for (Declared name : declared) {
            NameWindow window = name.window().next(depth, value);
            if (!window.isEmpty() && window.takes(name.strand(), frame.count())) {
                left.add(window.equals(name.window()) ? name : new Declared(name.strand(), window));
            }
        }
        List<byte[]> still = similar(value);
        List<Further> on = new ArrayList<>(further.size());
        for (Further name : further) {
            long next = name.lexeme().next(name.state(), value);
            if (next != ByteDfa.NONE
                    && !name.lexeme().isFinal(next)
                    && leavesNames(name.lexeme(), next, depth + 1, still)) {
                on.add(new Further(
                        name.strand(), name.lexeme(), next, name.reserved().next(depth, value)));
            }
        }
        if (left.isEmpty() && on.isEmpty()) {
            return null;
        }
        Bytes longer = new Bytes(value, depth + 1, text);
        return new NameCursor(frame, depth + 1, left, on, longer, still, probed);
    }

    private List<byte[]> similar(int value) {
        if (similar.isEmpty()) {
            return similar;
        }
        List<byte[]> still = new ArrayList<>();
        for (byte[] name : similar) {
            if (name.length > depth && (name[depth] & 0xff) == value) {
                still.add(name);
            }
        }
        return still;
    }

    /** Whether not all names that begin like this are used: those of an endless set never are. */
    private boolean leavesNames(Lexeme lexeme, long state, int read, List<byte[]> still) {
        if (probed && lexeme.hasFiniteStates()) {
            return false;
        }
        long words = lexeme.words(state);
        if (words == Long.MAX_VALUE || still.isEmpty()) {
            return true;
        }
        for (byte[] used : still) {
            words -= completes(lexeme, state, read, used) ? 1 : 0;
        }
        return words > 0;
    }

    /** Whether what follows the bytes read of a name leads from a state to the end of a lexeme. */
    private static boolean completes(Lexeme lexeme, long state, int read, byte[] name) {
        long at = state;
        for (int i = read; i < name.length && at != ByteDfa.NONE; i++) {
            at = lexeme.next(at, name[i] & 0xff);
        }
        return at != ByteDfa.NONE && lexeme.next(at, QUOTE) != ByteDfa.NONE;
    }

    @Override
    public int breadth() {
        return 2 * (declared.size() + further.size());
    }

    /** The cursor after the last quote. */
    private @Nullable Cursor end() {
        List<ObjectFrame.Member> members = new ArrayList<>();
        for (Declared name : declared) {
            ObjectFrame.Strand strand = name.strand();
            int property = name.window().whole(depth);
            if (property >= 0 && strand.rule().takes(property, strand.place(), frame.count())) {
                members.add(new ObjectFrame.Member(
                        new ObjectFrame.Strand(strand.owner(), strand.rule(), property + 1),
                        strand.rule().child(property)));
            }
        }
        boolean anyFurther = false;
        for (Further name : further) {
            long last = name.lexeme().next(name.state(), QUOTE);
            if (last != ByteDfa.NONE
                    && name.lexeme().isFinal(last)
                    && !probed
                    && name.reserved().whole(depth) < 0
                    && similar.stream().noneMatch(used -> used.length == depth)) {
                ObjectFrame.Strand strand = name.strand();
                anyFurther = true;
                members.add(further(strand, name.lexeme().tag(last)));
            }
        }
        if (members.isEmpty()) {
            return null;
        }
        UsedNames used = anyFurther ? new UsedNames(Bytes.array(text), frame.used()) : frame.used();
        return frame.member(members, used);
    }

    private static ObjectFrame.Member further(ObjectFrame.Strand strand, int tag) {
        ObjectRule rule = strand.rule();
        return new ObjectFrame.Member(
                new ObjectFrame.Strand(strand.owner(), rule, rule.size()), rule.furtherChild(tag));
    }

    @Override
    public @Nullable MaskKey key() {
        long[] parts = new long[3 + PARTS * (declared.size() + further.size())];
        parts[0] = frame.context().number();
        parts[1] = depth;
        parts[2] = declared.size();
        int at = 3;
        for (Declared name : declared) {
            name.strand().addTo(parts, at);
            name.window().addTo(parts, at + 3);
            at += PARTS;
        }
        for (Further name : further) {
            if (!similar.isEmpty() && name.lexeme().hasFiniteStates()) {
                return null;
            }
            name.strand().addTo(parts, at);
            name.reserved().addTo(parts, at + 3);
            parts[at + 5] = name.lexeme().group(name.state());
            at += PARTS;
        }
        return MaskKey.of(MaskKey.Kind.NAME, parts);
    }

    @Override
    public void admit(MaskBuilder mask, int node) {
        if (probed) {
            mask.walk(node, this);
            return;
        }
        if (!declared.isEmpty()) {
            mask.walk(node, new NameCursor(frame, depth, declared, List.of(), text, List.of(), false));
        }
        for (Further name : further) {
            MaskBuilder alone = mask.empty();
            Lexeme.Exit exit = (at, left, tag) -> frame.member(List.of(further(name.strand(), tag)), frame.used())
                    .admit(at, left);
            mask.spend((long) REMOVAL_STEPS * name.reserved().list().size());
            if (mask.isSpent()) {
                // Tokens of one byte reach a reserved name only at its end.
                if (node == 0) {
                    alone.bytes(name.lexeme(), name.state(), exit);
                }
                if (name.reserved().whole(depth) >= 0) {
                    alone.remove(new byte[0], 0, 0, QUOTE);
                }
            } else {
                alone.lexeme(node, name.lexeme(), name.state(), exit);
                for (byte[] reserved : name.reserved().list()) {
                    alone.remove(reserved, depth, reserved.length, QUOTE);
                }
            }
            removeExhausted(alone, name);
            mask.addAll(alone);
        }
    }

    /** Takes out what leads to where all names are used; only a beginning of a used name does. */
    private void removeExhausted(MaskBuilder mask, Further name) {
        if (!name.lexeme().hasFiniteStates()) {
            return;
        }
        for (byte[] used : similar) {
            long state = name.state();
            for (int end = depth + 1; end <= used.length && state != ByteDfa.NONE; end++) {
                state = name.lexeme().next(state, used[end - 1] & 0xff);
                if (state != ByteDfa.NONE && !leavesNames(name.lexeme(), state, end, used)) {
                    mask.remove(used, depth, end - 1, used[end - 1] & 0xff);
                    break;
                }
            }
        }
    }

    private boolean leavesNames(Lexeme lexeme, long state, int end, byte[] begin) {
        List<byte[]> still = new ArrayList<>();
        for (byte[] name : similar) {
            if (name.length >= end && Arrays.equals(name, depth, end, begin, depth, end)) {
                still.add(name);
            }
        }
        return leavesNames(lexeme, state, end, still);
    }

    @Override
    public TokenMask corrected(TokenMask mask, GrammarVocabulary vocabulary, MaskCache cache) {
        if (further.isEmpty() || similar.isEmpty()) {
            return mask;
        }
        MaskBuilder builder = new MaskBuilder(vocabulary, cache, mask.copy());
        for (byte[] used : similar) {
            builder.remove(used, depth, used.length, QUOTE);
        }
        return builder.build();
    }
}
