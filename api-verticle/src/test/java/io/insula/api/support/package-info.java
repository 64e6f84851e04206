/** Fixtures of the HTTP side: a scripted inference node on a real bus, a store in memory, schemas. */
@NullMarked
package io.insula.api.support;

import org.jspecify.annotations.NullMarked;
