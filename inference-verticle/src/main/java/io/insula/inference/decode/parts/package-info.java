/**
 * What an answer is made of: its text enters piece by piece as it becomes certain, reasoning, visible content and tool calls
 * leave as they become certain. Everything here but the syntaxes belongs to one choice and is used by one thread at a time.
 */
@NullMarked
package io.insula.inference.decode.parts;

import org.jspecify.annotations.NullMarked;
