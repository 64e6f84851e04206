package io.insula.inference.grammar.automaton;

import java.util.HashMap;
import java.util.Map;

/** Rounds of Moore's partition refinement; the group of state 0 is always 0. */
final class Refinement {

    private Refinement() {}

    static int[] byTag(int[] tags) {
        Map<Integer, Integer> groups = new HashMap<>();
        int[] result = new int[tags.length];
        for (int state = 0; state < tags.length; state++) {
            result[state] = groups.computeIfAbsent(tags[state], tag -> groups.size());
        }
        return result;
    }

    static int[] refine(int[] groups, int[] next, int width) {
        Map<Tuple, Integer> refined = new HashMap<>();
        int[] result = new int[groups.length];
        for (int state = 0; state < groups.length; state++) {
            int[] signature = new int[width + 1];
            signature[width] = groups[state];
            for (int c = 0; c < width; c++) {
                int target = next[state * width + c];
                signature[c] = target == ByteDfa.NONE ? ByteDfa.NONE : groups[target];
            }
            result[state] = refined.computeIfAbsent(new Tuple(signature), key -> refined.size());
        }
        return result;
    }

    static int count(int[] groups) {
        int count = 0;
        for (int group : groups) {
            count = Math.max(count, group + 1);
        }
        return count;
    }
}
