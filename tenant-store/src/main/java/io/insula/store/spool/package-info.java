/**
 * Usage rows enter on any thread and are kept in files until the ledger has them, so that neither the death of the process
 * nor a ledger that is away loses one. Files are touched on a thread of their own.
 */
@NullMarked
package io.insula.store.spool;

import org.jspecify.annotations.NullMarked;
