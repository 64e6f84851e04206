package io.insula.inference.text.jinja;

/** A parsed expression. */
@FunctionalInterface
interface Expression {

    Value evaluate(Run run);
}
