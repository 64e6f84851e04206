package io.insula.store;

/** Remembers answers of the store and is told what to forget. */
public interface StoreCache {

    /** Forgets what the change may have made wrong. */
    void changed(StoreChange change);

    /**
     * Trusts nothing that it remembers without asking again, as after a time in which changes may have been missed. What the
     * store cannot be asked about stays good for its grace.
     */
    void doubt();

    /** Forgets everything. */
    void clear();
}
