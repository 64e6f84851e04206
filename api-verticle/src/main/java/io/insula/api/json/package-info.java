/**
 * Writes JSON bytes without building trees. One thread at a time.
 */
@NullMarked
package io.insula.api.json;

import org.jspecify.annotations.NullMarked;
