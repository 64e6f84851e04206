package io.insula.inference.grammar.automaton;

import java.util.BitSet;

/**
 * Counts the work of one compilation and stops it at its limits; knows which bytes the model can write.
 *
 * <p><b>Thread:</b> one at a time.
 *
 * <p><b>Errors:</b> {@link AutomatonException} when a limit is reached.
 */
public final class Workbench {

    private final BitSet alphabet;
    private final int maxStates;
    private final long maxSteps;
    private long steps;

    /**
     * @param alphabet the bytes that may be written; an automaton never has another
     * @param maxStates most states of one automaton
     * @param maxSteps most elementary steps of the compilation, some ten million a second
     */
    public Workbench(BitSet alphabet, int maxStates, long maxSteps) {
        this.alphabet = (BitSet) alphabet.clone();
        this.maxStates = maxStates;
        this.maxSteps = maxSteps;
    }

    /** Whether a byte, from 0 to 255, may be written. */
    public boolean writes(int value) {
        return alphabet.get(value);
    }

    /** Takes that many steps off what is left. */
    public void spend(long count) {
        steps += count;
        if (steps > maxSteps) {
            throw new AutomatonException("takes more than " + maxSteps + " steps to compile");
        }
    }

    /** Steps so far. */
    public long spent() {
        return steps;
    }

    /** Checks the size of an automaton under construction. */
    public void checkStates(int states) {
        if (states > maxStates) {
            throw new AutomatonException("needs an automaton of more than " + maxStates + " states");
        }
    }
}
