package io.insula.protocol;

/**
 * Asks a peer to send a {@link Probe} to an address and to tell whether it was heard there.
 *
 * @param address a fixed address of the node that asks; not empty
 */
public record ProbeRequest(String address) {

    public ProbeRequest {
        if (address.isEmpty()) {
            throw new IllegalArgumentException("address: '' (expected: a fixed address of the bus)");
        }
    }
}
