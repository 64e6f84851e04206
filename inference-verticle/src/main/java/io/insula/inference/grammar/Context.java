package io.insula.inference.grammar;

/**
 * What masks depend on in the frames around a place.
 *
 * @param number equal contexts have the same as long as it is kept; forgotten ones get a new one, which costs masks and
 *     nothing else
 */
record Context(long number) {

    /** A context that is like no other. */
    static Context unique() {
        return new Context(MaskKey.number());
    }
}
