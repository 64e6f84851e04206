package io.insula.inference.grammar;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a mask, a part of it or a context depends on, in numbers. It names rules and automata by numbers that no other has,
 * so that what is kept by it keeps no grammar alive.
 *
 * <p><b>Thread:</b> any; immutable.
 */
final class MaskKey {

    /** What a key is of; keys of different kinds are never equal. */
    enum Kind {
        REACH(0),
        LEXEME(1),
        PLACE(2),
        NAME(3),
        END(4),
        MARKED(5),
        OBJECT(6),
        MEMBER(7),
        ARRAY(8),
        CALL(9);

        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    private static final AtomicLong NEXT = new AtomicLong();
    private static final int OBJECT_BYTES = 48;

    private final long[] parts;
    private final int hash;

    private MaskKey(long[] parts) {
        this.parts = parts;
        this.hash = Arrays.hashCode(parts);
    }

    /** A number that nothing else has. */
    static long number() {
        return NEXT.getAndIncrement();
    }

    /** The first of so many numbers that nothing else has. */
    static long numbers(int count) {
        return NEXT.getAndAdd(count);
    }

    static MaskKey of(Kind kind, long... parts) {
        long[] all = new long[parts.length + 1];
        all[0] = kind.code;
        System.arraycopy(parts, 0, all, 1, parts.length);
        return new MaskKey(all);
    }

    /** A key that adds to this one. */
    MaskKey within(Kind kind) {
        return of(kind, parts);
    }

    /** Bytes in memory. */
    long weight() {
        return OBJECT_BYTES + 8L * parts.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MaskKey that && hash == that.hash && Arrays.equals(parts, that.parts);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
