/**
 * What crosses the event bus: immutable commands, replies, frames and status records, and the addresses they go to.
 * Records are handed over as they are within one process and as versioned binary between processes; they are safe on
 * any thread.
 */
@NullMarked
package io.insula.protocol;

import org.jspecify.annotations.NullMarked;
