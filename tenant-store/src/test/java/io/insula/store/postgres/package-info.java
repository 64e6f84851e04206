/** The adapters on a real PostgreSQL, whose tables belong to an ordinary account and whose guard is never off. */
@NullMarked
package io.insula.store.postgres;

import org.jspecify.annotations.NullMarked;
