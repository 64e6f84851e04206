/** Tests of the cluster benchmark's parts. */
@NullMarked
package io.insula.bench.cluster;

import org.jspecify.annotations.NullMarked;
