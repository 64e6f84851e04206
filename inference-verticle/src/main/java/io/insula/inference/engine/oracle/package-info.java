/**
 * The slow, obvious engine that the fast ones are compared with: float64, one token at a time, plain loops. The calling
 * thread computes.
 */
@NullMarked
package io.insula.inference.engine.oracle;

import org.jspecify.annotations.NullMarked;
