package io.insula.inference.text.jinja;

/** A parsed statement, or data to write. */
@FunctionalInterface
interface Statement {

    /** How control goes on after a statement. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    Flow execute(Run run);
}
