/**
 * The door of an inference node: commands in, one reply each, nothing accepted that cannot run. Event loop and a
 * worker for tokenization.
 */
@NullMarked
package io.insula.inference.admission;

import org.jspecify.annotations.NullMarked;
