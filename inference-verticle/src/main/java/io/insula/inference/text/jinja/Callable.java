package io.insula.inference.text.jinja;

/** A function, method or macro. */
@FunctionalInterface
non-sealed interface Callable extends Value {

    Value call(Run run, Arguments arguments);
}
