/**
 * The cluster under test: a PostgreSQL, inference and HTTP processes, the network between them, and how each of these is
 * broken and mended. All of it ends with this program, however this program ends.
 */
@NullMarked
package io.insula.chaos.house;

import org.jspecify.annotations.NullMarked;
