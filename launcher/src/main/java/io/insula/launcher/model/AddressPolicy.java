package io.insula.launcher.model;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;

/** Decides which URLs a download may contact, at the first request and at every redirect. */
@FunctionalInterface
interface AddressPolicy {

    /** HTTPS to hosts all of whose addresses are public. */
    AddressPolicy PUBLIC_HTTPS = AddressPolicy::publicHttps;

    /** Throws with the reason when the URL must not be contacted. */
    void check(URI uri) throws ModelSource.SourceFailure;

    // The client resolves the name once more when it connects: a name that changes its mind in between meets a host
    // that
    // has no certificate for it.
    private static void publicHttps(URI uri) throws ModelSource.SourceFailure {
        String host = uri.getHost();
        if (!"https".equalsIgnoreCase(uri.getScheme()) || host == null || uri.getUserInfo() != null) {
            throw new ModelSource.SourceFailure("refused " + uri + " (expected: https and a host name)");
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!isPublic(address)) {
                    throw new ModelSource.SourceFailure(
                            "refused " + host + ": " + address.getHostAddress() + " is not a public address");
                }
            }
        } catch (UnknownHostException e) {
            throw new ModelSource.SourceFailure("host " + host + " is unknown", e);
        }
    }

    static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        int first = bytes[0] & 0xFF;
        int second = bytes[1] & 0xFF;
        boolean sharedOrReserved;
        if (bytes.length == 4) {
            boolean carrierGradeNat = first == 100 && second >= 64 && second < 128;
            boolean benchmarks = first == 198 && (second & 0xFE) == 18;
            sharedOrReserved = first == 0 || first >= 240 || carrierGradeNat || benchmarks;
        } else {
            sharedOrReserved = (first & 0xE0) != 0x20;
        }
        return !(sharedOrReserved
                || address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress());
    }
}
