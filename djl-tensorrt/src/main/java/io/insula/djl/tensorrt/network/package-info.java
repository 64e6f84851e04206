/**
 * Networks that are made layer by layer instead of being read from a file: what a writer calls, without any native type, and
 * how a plan comes of it. A writer works on the thread that builds.
 */
@NullMarked
package io.insula.djl.tensorrt.network;

import org.jspecify.annotations.NullMarked;
