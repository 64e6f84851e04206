package io.insula.inference.engine.oracle;

/** Which positions a position attends to; a test replaces it to see that a wrong mask is noticed. */
@FunctionalInterface
interface CausalMask {

    /** Everything up to and including itself. */
    CausalMask PAST_AND_SELF = (query, key) -> key <= query;

    boolean visible(int query, int key);
}
