package io.insula.inference.grammar.schema;

import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Languages;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Reads a decimal numeral, digit by digit, and compares it with a bound. */
final class NumeralComparison implements Languages.Stepper<NumeralComparison.State> {

    /**
     * @param digits of this part so far, as far as they count
     * @param order of what was read of the magnitude to as many digits of the bound's
     */
    record State(boolean negative, boolean fraction, int digits, int order) {}

    private static final State BEGIN = new State(false, false, 0, 0);

    private final int sign;
    private final String whole;
    private final String fraction;
    private final boolean lower;
    private final boolean exclusive;

    /**
     * @param lower whether numerals below the bound are out, else those above
     */
    NumeralComparison(BigDecimal bound, boolean lower, boolean exclusive) {
        this.sign = bound.signum();
        String plain = bound.abs().stripTrailingZeros().toPlainString();
        int point = plain.indexOf('.');
        this.whole = point < 0 ? plain : plain.substring(0, point);
        this.fraction = point < 0 ? "" : plain.substring(point + 1);
        this.lower = lower;
        this.exclusive = exclusive;
    }

    @Override
    public State start() {
        return BEGIN;
    }

    @Override
    public @Nullable State step(State state, int value) {
        if (value == '-') {
            return state.equals(BEGIN) ? new State(true, false, 0, 0) : null;
        }
        if (value == '.') {
            return state.fraction() || state.digits() == 0
                    ? null
                    : new State(state.negative(), true, 0, wholeOrder(state));
        }
        if (value < '0' || value > '9') {
            return null;
        }
        String bound = state.fraction() ? fraction : whole;
        int order = state.order();
        if (order == 0) {
            char digit = state.digits() < bound.length() ? bound.charAt(state.digits()) : '0';
            boolean beyond = !state.fraction() && state.digits() >= bound.length();
            order = beyond ? 1 : Integer.signum(value - digit);
        }
        int most = state.fraction() ? fraction.length() : whole.length() + 1;
        return new State(state.negative(), state.fraction(), Math.min(state.digits() + 1, Math.max(most, 1)), order);
    }

    private int wholeOrder(State state) {
        int length = Integer.compare(state.digits(), whole.length());
        return length != 0 ? length : state.order();
    }

    @Override
    public int tag(State state) {
        if (state.digits() == 0) {
            return ByteDfa.NONE;
        }
        int magnitude = state.fraction() ? state.order() : wholeOrder(state);
        if (magnitude == 0 && (state.fraction() ? state.digits() : 0) < fraction.length()) {
            magnitude = -1;
        }
        int order = order(state.negative(), magnitude);
        if (order == 0) {
            return exclusive ? ByteDfa.NONE : 0;
        }
        return order > 0 == lower ? 0 : ByteDfa.NONE;
    }

    /** The order of the numeral to the bound. */
    private int order(boolean negative, int magnitude) {
        if (sign < 0) {
            return negative ? -magnitude : 1;
        }
        if (sign == 0) {
            return negative ? -magnitude : magnitude;
        }
        return negative ? -1 : magnitude;
    }
}
