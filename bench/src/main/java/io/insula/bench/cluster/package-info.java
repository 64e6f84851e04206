/**
 * {@code bench cluster}: real HTTP nodes and paced stub engines in processes of their own, over a real cluster.
 *
 * <p>A table of figures leaves. The command's thread waits; each process has its own event loops.
 */
@NullMarked
package io.insula.bench.cluster;

import org.jspecify.annotations.NullMarked;
