package io.insula.api.dispatch;

import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;

/**
 * One engine that could take a request.
 *
 * @param fingerprint its numerics; empty while the model is not loaded
 * @param contextTokens longest prompt plus answer
 * @param capacity slots, as many as an engine of mean speed would need
 * @param busy streams that it has or was just given
 * @param weight its rank for the request; larger is better
 */
record Candidate(NodeId node, String fingerprint, int contextTokens, double capacity, int busy, double weight) {

    static Candidate of(NodeId node, long nodeHash, ModelStatus status, int charged, double speed, long key) {
        double capacity = Math.max(1, status.slots()) * speed;
        int busy = Math.max(0, status.slots() - status.freeSlots()) + status.queuedStreams() + charged;
        return new Candidate(
                node,
                fingerprint(status),
                status.contextTokens(),
                capacity,
                busy,
                Rendezvous.weight(key, nodeHash, capacity));
    }

    /** What an engine computes with; empty while nobody knows, since the model is not loaded. */
    static String fingerprint(ModelStatus status) {
        return status.slots() == 0 ? "" : status.fingerprint();
    }

    /** Whether token ids of one engine mean the same to another: equal tokenizer and template, whatever computes. */
    static boolean sameText(String fingerprint, String other) {
        return !fingerprint.isEmpty() && text(fingerprint).equals(text(other));
    }

    /** The part before the colon names tokenizer and template, see {@link ModelStatus}. */
    private static String text(String fingerprint) {
        int colon = fingerprint.indexOf(':');
        return colon < 0 ? fingerprint : fingerprint.substring(0, colon);
    }
}
