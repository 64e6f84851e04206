/**
 * llama.cpp as a peer, called natively through the foreign function interface: the other side of the engine benchmark
 * and an independent check of perplexity and tokenization.
 */
@NullMarked
package io.insula.bench.llama;

import org.jspecify.annotations.NullMarked;
