package io.insula.inference.grammar.schema;

import io.insula.inference.grammar.automaton.AutomatonException;
import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Languages;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Reads a decimal numeral, digit by digit, and keeps the remainder of a division. */
final class NumeralMultiple implements Languages.Stepper<NumeralMultiple.State> {

    /**
     * @param remainder of the digits so far
     * @param places digits after the point so far, {@code -1} before the point
     */
    record State(boolean begun, boolean digits, int remainder, int places) {}

    private static final int MAX_DIVISOR = 100_000;

    private final int divisor;
    /** Digits after the point of the divisor. */
    private final int scale;

    NumeralMultiple(BigDecimal of, int fractionDigits) {
        BigDecimal stripped = of.stripTrailingZeros();
        this.scale = Math.max(stripped.scale(), 0);
        BigInteger units = stripped.movePointRight(scale).toBigIntegerExact();
        if (units.bitLength() > 31 || units.intValue() > MAX_DIVISOR || scale > fractionDigits) {
            throw new AutomatonException("of " + of + " is beyond the limits (expected: at most " + MAX_DIVISOR
                    + " units of its last digit, " + fractionDigits + " digits after the point)");
        }
        this.divisor = units.intValue();
    }

    @Override
    public State start() {
        return new State(false, false, 0, -1);
    }

    @Override
    public @Nullable State step(State state, int value) {
        if (value == '-') {
            return state.begun() ? null : new State(true, false, 0, -1);
        }
        if (value == '.') {
            return state.places() >= 0 || !state.digits() ? null : new State(true, true, state.remainder(), 0);
        }
        if (value < '0' || value > '9') {
            return null;
        }
        if (state.places() == scale) {
            return value == '0' ? state : null;
        }
        int remainder = (int) ((state.remainder() * 10L + value - '0') % divisor);
        return new State(true, true, remainder, state.places() < 0 ? -1 : state.places() + 1);
    }

    @Override
    public int tag(State state) {
        if (!state.digits()) {
            return ByteDfa.NONE;
        }
        long rest = state.remainder();
        for (int place = Math.max(state.places(), 0); place < scale; place++) {
            rest = rest * 10 % divisor;
        }
        return rest == 0 ? 0 : ByteDfa.NONE;
    }
}
