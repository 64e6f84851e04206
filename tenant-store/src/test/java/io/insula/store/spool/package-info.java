@NullMarked
package io.insula.store.spool;

import org.jspecify.annotations.NullMarked;
