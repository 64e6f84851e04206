/**
 * Tests that run on a GPU, and the program that runs them all where there is neither Maven nor a network. Elsewhere each is
 * skipped with a sentence that says what is missing.
 */
@NullMarked
package io.insula.djl.tensorrt.gpu;

import org.jspecify.annotations.NullMarked;
