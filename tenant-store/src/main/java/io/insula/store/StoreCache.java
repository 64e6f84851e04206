package io.insula.store;

/** Remembers answers of the store and is told what to forget. */
public interface StoreCache {

    /** Forgets what the change may have made wrong. */
    void changed(StoreChange change);

    /** Forgets everything, as after a time in which changes may have been missed. */
    void clear();
}
