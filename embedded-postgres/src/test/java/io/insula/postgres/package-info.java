/** Starts, kills and starts again a real PostgreSQL. */
@NullMarked
package io.insula.postgres;

import org.jspecify.annotations.NullMarked;
