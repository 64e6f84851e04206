/**
 * Finite automata over bytes: regular expressions and sets of texts go in, deterministic automata come out, on any
 * thread. The work of each compilation is counted and bounded.
 */
@NullMarked
package io.insula.inference.grammar.automaton;

import org.jspecify.annotations.NullMarked;
