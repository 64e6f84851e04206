/**
 * How the records of {@link io.insula.protocol} become bytes between processes and back; {@code docs/wire-protocol.md} is
 * the layout. Stateless and safe on any thread.
 */
@NullMarked
package io.insula.protocol.wire;

import org.jspecify.annotations.NullMarked;
