package io.insula.store.spool;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file and what is known of its rows.
 *
 * <p><b>Thread:</b> the spool's, but for {@link #unsettled}.
 */
final class Segment {

    final SpoolFile file;

    /** Rows in memory that the ledger does not have yet. */
    final AtomicInteger unsettled = new AtomicInteger();

    /** Rows that are here alone; unknown of a file that another program left. */
    int waiting;

    long damagedBytes;

    Segment(SpoolFile file) {
        this.file = file;
    }
}
