package io.insula.inference.grammar;

/**
 * What the cursors of one grammar share.
 *
 * @param contexts of all grammars of the model
 * @param cap more things than one token can hold
 * @param maxIndent blanks and tabs after a line feed
 */
record Machine(Context.Table contexts, int cap, int maxIndent) {}
