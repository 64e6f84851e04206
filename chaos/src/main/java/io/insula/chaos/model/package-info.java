/** A small random model with a tokenizer and a chat template, written as a GGUF file in a moment. */
@NullMarked
package io.insula.chaos.model;

import org.jspecify.annotations.NullMarked;
