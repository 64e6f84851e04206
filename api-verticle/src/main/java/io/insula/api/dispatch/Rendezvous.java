package io.insula.api.dispatch;

/**
 * Highest-random-weight hashing: every key ranks all nodes, and a node's coming or going moves only its own keys.
 *
 * <p><b>Source:</b> Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM ToN 1998;
 * the finalizer is that of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
 */
final class Rendezvous {

    private Rendezvous() {}

    static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    static long hash(String text) {
        long hash = text.length();
        for (int i = 0; i < text.length(); i++) {
            hash = mix(hash ^ text.charAt(i));
        }
        return hash;
    }

    /**
     * The weight of a node for a key, so that a node of twice the capacity leads for twice the keys.
     *
     * @return larger is better; positive
     */
    static double weight(long key, long nodeHash, double capacity) {
        double unit = ((mix(key ^ nodeHash) >>> 11) + 1) * 0x1.0p-53;
        return capacity / -Math.log(Math.min(unit, Math.nextDown(1.0)));
    }

    /**
     * A part of an amount, spread evenly over seeds.
     *
     * @return 0..amount
     */
    static long fraction(long seed, long amount) {
        return (long) ((mix(seed) >>> 11) * 0x1.0p-53 * amount);
    }
}
