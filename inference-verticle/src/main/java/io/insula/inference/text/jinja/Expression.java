package io.insula.inference.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** A parsed expression. */
@FunctionalInterface
interface Expression {

    Value evaluate(Run run);

    /** The values of expressions, evaluated in order. */
    static List<Value> evaluateAll(Run run, List<Expression> expressions) {
        List<Value> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(expression.evaluate(run));
        }
        return values;
    }
}
