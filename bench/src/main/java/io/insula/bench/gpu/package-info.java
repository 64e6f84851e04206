/**
 * Decoders on a GPU: what a step should take by its bytes and operations, what it takes, and what a peer takes beside it.
 *
 * <p>Shapes and cases enter, a table and figures leave; everything runs on the thread of the command.
 */
@NullMarked
package io.insula.bench.gpu;

import org.jspecify.annotations.NullMarked;
