/**
 * Grammars as token masks: a description of an answer enters, compiled on any thread; which tokens may follow leaves, asked
 * by the device thread once a token. Tokens are seen as bytes, control tokens never enter.
 */
@NullMarked
package io.insula.inference.grammar;

import org.jspecify.annotations.NullMarked;
