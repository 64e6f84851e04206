package io.insula.inference.text.jinja;

import java.time.Clock;
import java.util.function.Supplier;

/** One rendering: its variables, its output and what it has left of its limits. */
final class Run {

    private static final int CHARS_PER_STEP = 8;

    private final TemplateLimits limits;
    private final Clock clock;
    private Scope scope;
    private Text.Builder output;
    private long steps;
    private int calls;

    Run(TemplateLimits limits, Clock clock, Scope globals) {
        this.limits = limits;
        this.clock = clock;
        this.scope = globals;
        this.output = new Text.Builder(limits.outputChars());
    }

    Clock clock() {
        return clock;
    }

    Scope scope() {
        return scope;
    }

    void step() {
        if (++steps > limits.steps()) {
            throw new TemplateFault("the template takes more than " + limits.steps() + " steps");
        }
    }

    /** Counts the copying of characters or elements. */
    void charge(long size) {
        steps += size / CHARS_PER_STEP;
        step();
    }

    void write(Text text) {
        charge(text.chars().length());
        output.append(text);
    }

    Text written() {
        return output.build();
    }

    <T> T within(Scope inner, Supplier<T> body) {
        Scope outer = scope;
        scope = inner;
        try {
            return body.get();
        } finally {
            scope = outer;
        }
    }

    /** Runs a body whose output is a value. */
    Text capture(Runnable body) {
        Text.Builder outer = output;
        output = new Text.Builder(limits.outputChars());
        try {
            body.run();
            charge(output.length());
            return output.build();
        } finally {
            output = outer;
        }
    }

    Value callMacro(Supplier<Value> body) {
        if (++calls > limits.calls()) {
            throw new TemplateFault("macros call each other more than " + limits.calls() + " levels deep");
        }
        try {
            return body.get();
        } finally {
            calls--;
        }
    }
}
