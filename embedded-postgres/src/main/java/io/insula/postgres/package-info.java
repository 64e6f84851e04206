/**
 * A durable PostgreSQL of our own beside the program: unpacked, initialised, started, watched and stopped. A home
 * directory enters, an address with credentials leaves; every call blocks and belongs on a plain thread.
 */
@NullMarked
package io.insula.postgres;

import org.jspecify.annotations.NullMarked;
