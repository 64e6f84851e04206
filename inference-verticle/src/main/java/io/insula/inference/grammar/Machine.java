package io.insula.inference.grammar;

/**
 * What the cursors of one grammar share.
 *
 * @param contexts keeps them, of all grammars of the model
 * @param cap more things than one token can hold
 * @param maxIndent blanks and tabs after a line feed
 */
record Machine(MaskCache contexts, int cap, int maxIndent) {}
