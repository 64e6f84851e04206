package io.insula.inference.decode;

/**
 * Uniform random numbers as a pure function of seed, choice and output index: nothing to save, nothing to replay.
 *
 * <p><b>Thread:</b> any; there is no state.
 *
 * <p><b>Source:</b> Philox 4x32-10 of Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
public final class CounterRandom {

    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final double ULP = 0x1p-53;

    private CounterRandom() {}

    /**
     * The number of one drawing, in {@code [0, 1)} with 53 random bits.
     *
     * @param seed the request's seed: the generator's key
     * @param choice which of the request's choices, from 0
     * @param index which output token of the choice, from 0
     */
    public static double uniform(long seed, int choice, int index) {
        int[] block = philox(index, choice, 0, 0, (int) seed, (int) (seed >>> 32));
        long bits = ((long) block[1] << 32) | (block[0] & 0xFFFFFFFFL);
        return (bits >>> 11) * ULP;
    }

    /** The four output words of one counter under one key. */
    static int[] philox(int counter0, int counter1, int counter2, int counter3, int key0, int key1) {
        int c0 = counter0;
        int c1 = counter1;
        int c2 = counter2;
        int c3 = counter3;
        int k0 = key0;
        int k1 = key1;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = (MULTIPLIER_0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
            long product1 = (MULTIPLIER_1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c3 = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        return new int[] {c0, c1, c2, c3};
    }
}
