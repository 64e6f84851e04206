package io.insula.inference.grammar.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Operations on languages: unions, intersections, differences, sets of texts.
 *
 * <p><b>Source:</b> Rabin and Scott, "Finite automata and their decision problems", 1959: the product construction.
 */
public final class Languages {

    /** One step of an automaton whose states are computed as they are met. */
    public interface Stepper<S> {

        S start();

        /** The state after a byte from 0 to 255; null where there is none. */
        @org.jspecify.annotations.Nullable
        S step(S state, int value);

        /** The tag of a state, or {@link ByteDfa#NONE}. */
        int tag(S state);
    }

    private Languages() {}

    /**
     * The automaton that runs several at once.
     *
     * @param required which of them must be alive for the whole to be alive; where none is, one must be at least
     * @param tag from the tags of all, {@link ByteDfa#NONE} where one does not accept, to the tag of the whole
     */
    public static ByteDfa product(
            List<ByteDfa> automata, boolean[] required, ToIntFunction<int[]> tag, Workbench work) {
        ByteClasses classes = ByteClasses.common(automata);
        int[] samples = classes.samples();
        DfaBuilder builder = new DfaBuilder(classes.classes(), classes.width(), work);
        Map<Tuple, Integer> ids = new HashMap<>();
        List<Tuple> queue = new ArrayList<>();
        int[] start = new int[automata.size()];
        for (int i = 0; i < start.length; i++) {
            start[i] = automata.get(i).isEmpty() ? ByteDfa.NONE : 0;
        }
        if (!alive(start, required)) {
            return builder.build();
        }
        queue.add(new Tuple(start));
        ids.put(queue.getFirst(), builder.add(tag.applyAsInt(tags(automata, start))));
        for (int done = 0; done < queue.size(); done++) {
            int[] states = queue.get(done).values();
            work.spend((long) classes.width() * states.length);
            for (int c = 0; c < classes.width(); c++) {
                int[] target = new int[states.length];
                for (int i = 0; i < states.length; i++) {
                    target[i] = states[i] == ByteDfa.NONE
                            ? ByteDfa.NONE
                            : automata.get(i).next(states[i], samples[c]);
                }
                if (!alive(target, required)) {
                    continue;
                }
                Tuple tuple = new Tuple(target);
                Integer id = ids.get(tuple);
                if (id == null) {
                    id = builder.add(tag.applyAsInt(tags(automata, target)));
                    ids.put(tuple, id);
                    queue.add(tuple);
                }
                builder.connect(done, c, id);
            }
        }
        return builder.build();
    }

    private static boolean alive(int[] states, boolean[] required) {
        boolean any = false;
        for (int i = 0; i < states.length; i++) {
            any |= states[i] != ByteDfa.NONE;
            if (required[i] && states[i] == ByteDfa.NONE) {
                return false;
            }
        }
        return any;
    }

    private static int[] tags(List<ByteDfa> automata, int[] states) {
        int[] tags = new int[states.length];
        for (int i = 0; i < states.length; i++) {
            tags[i] = states[i] == ByteDfa.NONE ? ByteDfa.NONE : automata.get(i).tag(states[i]);
        }
        return tags;
    }

    /** The texts of both, with the tags of the first. */
    public static ByteDfa intersection(ByteDfa first, ByteDfa second, Workbench work) {
        return product(
                List.of(first, second),
                new boolean[] {true, true},
                tags -> tags[1] == ByteDfa.NONE ? ByteDfa.NONE : tags[0],
                work);
    }

    /** The texts of the first that are not of the second, with the tags of the first. */
    public static ByteDfa difference(ByteDfa first, ByteDfa second, Workbench work) {
        return product(
                List.of(first, second),
                new boolean[] {true, false},
                tags -> tags[1] == ByteDfa.NONE ? tags[0] : ByteDfa.NONE,
                work);
    }

    /** The texts of either; all tags become 0. */
    public static ByteDfa union(List<ByteDfa> automata, Workbench work) {
        return product(
                automata,
                new boolean[automata.size()],
                tags -> Arrays.stream(tags).anyMatch(tag -> tag != ByteDfa.NONE) ? 0 : ByteDfa.NONE,
                work);
    }

    /** The automaton of a stepper. */
    public static <S> ByteDfa explore(Stepper<S> stepper, Workbench work) {
        byte[] classes = new byte[256];
        for (int value = 0; value < 128; value++) {
            classes[value] = (byte) value;
        }
        Arrays.fill(classes, 128, 256, (byte) 128);
        DfaBuilder builder = new DfaBuilder(classes, 129, work);
        Map<S, Integer> ids = new HashMap<>();
        List<S> queue = new ArrayList<>();
        queue.add(stepper.start());
        ids.put(queue.getFirst(), builder.add(stepper.tag(queue.getFirst())));
        for (int done = 0; done < queue.size(); done++) {
            for (int value = 0; value < 128; value++) {
                S target = stepper.step(queue.get(done), value);
                if (target == null) {
                    continue;
                }
                Integer id = ids.get(target);
                if (id == null) {
                    id = builder.add(stepper.tag(target));
                    ids.put(target, id);
                    queue.add(target);
                }
                builder.connect(done, value, id);
            }
        }
        return builder.build();
    }

    /** A finite set of texts; the tag of each is its index. Of equal texts the first counts. */
    public static ByteDfa texts(List<byte[]> texts, Workbench work) {
        java.util.BitSet starts = new java.util.BitSet();
        for (byte[] text : texts) {
            for (byte value : text) {
                starts.set(value & 0xff);
                starts.set((value & 0xff) + 1);
            }
        }
        ByteClasses classes = ByteClasses.of(starts);
        DfaBuilder builder = new DfaBuilder(classes.classes(), classes.width(), work);
        return TextTree.of(texts).build(builder, classes);
    }
}
