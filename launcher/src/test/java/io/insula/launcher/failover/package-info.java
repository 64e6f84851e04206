/** Streams that survive their engine, with both sides of the bus and real engines in one process. */
@NullMarked
package io.insula.launcher.failover;

import org.jspecify.annotations.NullMarked;
