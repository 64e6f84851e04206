/**
 * From logits to text: the sampler, stop strings and the streaming detokenizer of one stream. Everything here
 * belongs to one stream and is used by one thread at a time.
 */
@NullMarked
package io.insula.inference.decode;

import org.jspecify.annotations.NullMarked;
