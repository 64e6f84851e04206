package io.insula.inference.engine;

/** A part of a {@link KvCache}'s slot. */
final class SavedKv extends NativeKv {

    SavedKv(int from, int to, long bytes) {
        super(from, to, bytes);
    }
}
