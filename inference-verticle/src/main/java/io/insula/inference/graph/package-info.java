/**
 * What a decoder computes, described once over {@code GraphWriter}, and the writers that build it for a runtime.
 * Used while a model loads, on the loading thread.
 */
@NullMarked
package io.insula.inference.graph;

import org.jspecify.annotations.NullMarked;
