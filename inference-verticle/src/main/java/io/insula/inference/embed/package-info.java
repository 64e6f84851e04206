/**
 * Embeddings: texts become tokens on a worker, tokens become unit vectors on one device thread, many texts at once.
 * Commands come in on an event loop and are answered there.
 */
@NullMarked
package io.insula.inference.embed;

import org.jspecify.annotations.NullMarked;
