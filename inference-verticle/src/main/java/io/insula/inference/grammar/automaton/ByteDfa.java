package io.insula.inference.grammar.automaton;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * A deterministic automaton over bytes from whose every state an accepting one can be reached.
 *
 * <p>State 0 is the start; an automaton without states accepts nothing. An accepting state carries a tag, which says which
 * of several languages were met.
 *
 * <p><b>Thread:</b> any; immutable.
 */
public final class ByteDfa {

    /** The target of a missing transition, and the tag of a state that does not accept. */
    public static final int NONE = -1;

    private static final int BYTES = 256;

    private final byte[] classes;
    private final int width;
    private final int[] next;
    private final int[] tags;

    /**
     * @param classes the class of each byte, from 0
     * @param width number of classes
     * @param next target by {@code state * width + class}
     * @param tags by state
     */
    ByteDfa(byte[] classes, int width, int[] next, int[] tags) {
        this.classes = classes;
        this.width = width;
        this.next = next;
        this.tags = tags;
    }

    public int states() {
        return tags.length;
    }

    public boolean isEmpty() {
        return tags.length == 0;
    }

    /** The state after a byte from 0 to 255, or {@link #NONE}. */
    public int next(int state, int value) {
        return next[state * width + (classes[value] & 0xff)];
    }

    /** The tag of a state, {@link #NONE} where it does not accept. */
    public int tag(int state) {
        return tags[state];
    }

    /** Whether no byte can follow. */
    public boolean isFinal(int state) {
        for (int i = state * width; i < (state + 1) * width; i++) {
            if (next[i] != NONE) {
                return false;
            }
        }
        return true;
    }

    /** The tag of a text, or {@link #NONE}. */
    public int match(byte[] text) {
        int state = isEmpty() ? NONE : 0;
        for (int i = 0; i < text.length && state != NONE; i++) {
            state = next(state, text[i] & 0xff);
        }
        return state == NONE ? NONE : tags[state];
    }

    /** The tag of a text in UTF-8, or {@link #NONE}. */
    public int match(String text) {
        return match(text.getBytes(StandardCharsets.UTF_8));
    }

    int width() {
        return width;
    }

    int classOf(int value) {
        return classes[value] & 0xff;
    }

    int nextOfClass(int state, int byteClass) {
        return next[state * width + byteClass];
    }

    /** Estimated bytes in memory. */
    public long weight() {
        return BYTES + 4L * next.length + 4L * tags.length;
    }

    /**
     * Groups states that no text of up to that many bytes tells apart.
     *
     * <p><b>Source:</b> Moore, "Gedanken-experiments on sequential machines", 1956: his refinement, stopped after so many
     * rounds.
     *
     * @return the group of each state, from 0
     */
    public int[] groups(int bytes, Workbench work) {
        int[] groups = Refinement.byTag(tags);
        int count = Refinement.count(groups);
        for (int round = 0; round < bytes; round++) {
            work.spend((long) states() * width / 4 + 1);
            int[] refined = Refinement.refine(groups, next, width);
            int refinedCount = Refinement.count(refined);
            if (refinedCount == count) {
                break;
            }
            groups = refined;
            count = refinedCount;
        }
        return groups;
    }

    /** The smallest automaton of the same language and tags. */
    public ByteDfa minimal(Workbench work) {
        if (isEmpty()) {
            return this;
        }
        int[] groups = groups(Integer.MAX_VALUE, work);
        int count = Refinement.count(groups);
        if (count == states()) {
            return this;
        }
        int[] smallNext = new int[count * width];
        int[] smallTags = new int[count];
        for (int state = states() - 1; state >= 0; state--) {
            int group = groups[state];
            smallTags[group] = tags[state];
            for (int c = 0; c < width; c++) {
                int target = next[state * width + c];
                smallNext[group * width + c] = target == NONE ? NONE : groups[target];
            }
        }
        return new ByteDfa(classes, width, smallNext, smallTags);
    }

    /**
     * The texts that are so many of this one's in a row. Its accepting states must be final.
     *
     * @param max {@code -1} where there is no most
     */
    ByteDfa repeated(int min, int max, Workbench work) {
        DfaBuilder builder = new DfaBuilder(classes, width, work);
        int copies = max < 0 ? Math.max(min, 1) : max;
        int[] starts = new int[copies + 1];
        for (int copy = 0; copy <= copies; copy++) {
            starts[copy] = max < 0 && copy == copies && min == 0 ? 0 : builder.add(copy >= min ? 0 : NONE);
        }
        int loops = max < 0 ? copies + 1 : copies;
        for (int copy = 0; copy < loops; copy++) {
            repeat(builder, starts[copy], starts[Math.min(copy + 1, copies)]);
        }
        return builder.build();
    }

    private void repeat(DfaBuilder builder, int from, int to) {
        int[] ids = new int[states()];
        for (int state = 0; state < states(); state++) {
            ids[state] = state == 0 ? from : tags[state] != NONE ? to : builder.add(NONE);
        }
        for (int state = 0; state < states(); state++) {
            for (int c = 0; c < width && tags[state] == NONE; c++) {
                if (next[state * width + c] != NONE) {
                    builder.connect(ids[state], c, ids[next[state * width + c]]);
                }
            }
        }
    }

    /** The same automaton with other tags; what leads to acceptance no longer is dropped. */
    public ByteDfa retagged(IntUnaryOperator tag, Workbench work) {
        int[] changed = new int[tags.length];
        for (int state = 0; state < tags.length; state++) {
            changed[state] = tags[state] == NONE ? NONE : tag.applyAsInt(tags[state]);
        }
        return Arrays.equals(changed, tags) ? this : DfaBuilder.trimmed(classes, width, next, changed, work);
    }

    /** The texts of this one with one more byte at their end; that byte must not follow an accepting state already. */
    public ByteDfa followedBy(int value, Workbench work) {
        ByteDfa last = Languages.texts(List.of(new byte[] {(byte) value}), work);
        ByteClasses common = ByteClasses.common(List.of(this, last));
        int[] samples = common.samples();
        DfaBuilder builder = new DfaBuilder(common.classes(), common.width(), work);
        for (int state = 0; state < states(); state++) {
            builder.add(NONE);
        }
        Map<Integer, Integer> ends = new HashMap<>();
        for (int state = 0; state < states(); state++) {
            for (int c = 0; c < common.width(); c++) {
                if (next(state, samples[c]) != NONE) {
                    builder.connect(state, c, next(state, samples[c]));
                }
            }
            if (tags[state] != NONE) {
                builder.connect(state, common.classOf(value), ends.computeIfAbsent(tags[state], builder::add));
            }
        }
        return builder.build();
    }

    /** Receives texts and the tags of the states that they lead to. */
    @FunctionalInterface
    public interface Reader {
        void read(byte[] text, int tag);
    }

    /** Hands over all texts; only for an automaton that has few, and those short. */
    public void list(Reader reader) {
        if (!isEmpty()) {
            list(0, new byte[0], reader);
        }
    }

    private void list(int state, byte[] text, Reader reader) {
        if (tags[state] != NONE) {
            reader.read(text, tags[state]);
        }
        for (int value = 0; value < BYTES; value++) {
            if (next(state, value) != NONE) {
                byte[] longer = Arrays.copyOf(text, text.length + 1);
                longer[text.length] = (byte) value;
                list(next(state, value), longer, reader);
            }
        }
    }

    /** How many texts lead from each state to acceptance; {@link Long#MAX_VALUE} where there is no end of them. */
    public long[] words() {
        return new WordCount(this).counts();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ByteDfa that
                && Arrays.equals(tags, that.tags)
                && Arrays.equals(classes, that.classes)
                && Arrays.equals(next, that.next);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(tags) * 31 + Arrays.hashCode(next);
    }
}
