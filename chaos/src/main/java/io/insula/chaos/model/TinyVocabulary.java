package io.insula.chaos.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A byte-level vocabulary of every byte, some English words with all their beginnings and with a space before, and the
 * tokens of ChatML.
 *
 * <p><b>Source:</b> the stand-ins for bytes are those of Radford et al., "Language models are unsupervised multitask
 * learners", 2019.
 */
final class TinyVocabulary {

    static final String END_OF_TEXT = "<|endoftext|>";
    static final String TURN_BEGINS = "<|im_start|>";
    static final String TURN_ENDS = "<|im_end|>";

    private static final List<String> WORDS = Arrays.stream("""
            system user assistant tool the a an and or not of to in on at by for with from as is are was were be been has
            have had do does did can could will would should may must this that these those it its they them their he she
            his her we our you your what which who when where why how all any each few more most other some such only own
            same so than too very just also here there now then once again about above after before below between down up
            off over under out through during until while because if but function name arguments description parameters
            type object string integer number properties required value city days weather house island tenant engine
            stream token answer question word light water river stone field garden street market night morning evening
            winter summer paper letter music colour north south east west good new first last long great little right
            different small large next early young important public bad able tools call JSON between describe You For Call
            The calling functions described help with asks guess values write calls Tell house many tenants Answer each
            few words tell will like""".strip().split("\\s+"))
            .distinct()
            // The first merges are made first: what a long word begins with shall not be taken apart by a short one.
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();

    private final List<String> tokens = new ArrayList<>();
    private final List<String> merges = new ArrayList<>();
    private final int ordinary;

    TinyVocabulary() {
        for (int value = 0; value < 256; value++) {
            tokens.add(standIn(value));
        }
        Set<String> known = new LinkedHashSet<>();
        for (String word : WORDS) {
            learn(word, known);
            known.add(standIn(' ') + word);
            merges.add(standIn(' ') + " " + word);
        }
        tokens.addAll(known);
        ordinary = tokens.size();
        tokens.addAll(List.of(END_OF_TEXT, TURN_BEGINS, TURN_ENDS));
    }

    /** A word's beginnings, each a merge of the one before it and a character. */
    private void learn(String word, Set<String> known) {
        for (int length = 2; length <= word.length(); length++) {
            if (known.add(word.substring(0, length))) {
                merges.add(word.substring(0, length - 1) + " " + word.charAt(length - 1));
            }
        }
    }

    private static String standIn(int value) {
        boolean printable =
                (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || (value >= 0xAE && value <= 0xFF);
        if (printable) {
            return Character.toString(value);
        }
        int before = value <= ' ' ? value : value <= 0xA0 ? value - 0x7F + 33 : 67;
        return Character.toString(0x100 + before);
    }

    List<String> tokens() {
        return List.copyOf(tokens);
    }

    List<String> merges() {
        return List.copyOf(merges);
    }

    int id(String token) {
        return tokens.indexOf(token);
    }

    /** The kind of each token as GGUF numbers it: 1 for text, 3 for control. */
    int[] types() {
        int[] types = new int[tokens.size()];
        for (int id = 0; id < types.length; id++) {
            types[id] = id < ordinary ? 1 : 3;
        }
        return types;
    }
}
