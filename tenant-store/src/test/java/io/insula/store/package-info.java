/** What the ports promise, without a database: caches, keys and the way of usage rows. */
@NullMarked
package io.insula.store;

import org.jspecify.annotations.NullMarked;
