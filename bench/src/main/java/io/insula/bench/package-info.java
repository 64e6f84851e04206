/** Benchmarks beside peers: what is measured, how, and in which form the figures leave. */
@NullMarked
package io.insula.bench;

import org.jspecify.annotations.NullMarked;
