package io.insula.inference.grammar.schema;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What schemas say of a number. */
record NumberConstraint(
        boolean integers,
        SchemaNode.@Nullable Bound min,
        SchemaNode.@Nullable Bound max,
        List<BigDecimal> multiples,
        List<BigDecimal> notMultiples,
        List<BigDecimal> notEqual) {

    static final NumberConstraint NONE = new NumberConstraint(false, null, null, List.of(), List.of(), List.of());
    static final NumberConstraint INTEGERS = new NumberConstraint(true, null, null, List.of(), List.of(), List.of());

    /** Whether a number meets it. */
    boolean accepts(BigDecimal value) {
        return (!integers || isMultiple(value, BigDecimal.ONE))
                && (min == null || meets(value.compareTo(min.value()), min.exclusive()))
                && (max == null || meets(-value.compareTo(max.value()), max.exclusive()))
                && multiples.stream().allMatch(of -> isMultiple(value, of))
                && notMultiples.stream().noneMatch(of -> isMultiple(value, of))
                && notEqual.stream().noneMatch(other -> other.compareTo(value) == 0);
    }

    private static boolean meets(int order, boolean exclusive) {
        return exclusive ? order > 0 : order >= 0;
    }

    private static boolean isMultiple(BigDecimal value, BigDecimal of) {
        return value.remainder(of).signum() == 0;
    }
}
