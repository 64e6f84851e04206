package io.insula.launcher.model;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;

/**
 * Decides which URLs and addresses a download may contact: each URL before it is asked, at the first request and at every
 * redirect, and each address once more when the connection resolves its name.
 */
interface AddressPolicy {

    /** HTTPS to hosts all of whose addresses are public. */
    AddressPolicy PUBLIC_HTTPS = new AddressPolicy() {
        @Override
        public boolean allows(URI uri) {
            return "https".equalsIgnoreCase(uri.getScheme()) && uri.getUserInfo() == null;
        }

        @Override
        public boolean allows(InetAddress address) {
            return isPublic(address);
        }

        @Override
        public String expected() {
            return "https and the name of a public host";
        }
    };

    /** Whether the form of a URL is right; its host is judged by its addresses. */
    boolean allows(URI uri);

    boolean allows(InetAddress address);

    /** What is allowed, for the person who is refused. */
    String expected();

    /** Throws with the reason when the URL must not be contacted. */
    default void check(URI uri) throws ModelSource.SourceFailure {
        String host = uri.getHost();
        if (host == null || !allows(uri)) {
            throw new ModelSource.SourceFailure("refused " + uri + " (expected: " + expected() + ")");
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!allows(address)) {
                    throw new ModelSource.SourceFailure("refused " + host + ": " + address.getHostAddress()
                            + " is not allowed (expected: " + expected() + ")");
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
            // 2001::/23 holds Teredo and other protocols, 2002::/16 is 6to4: both can carry a private address of IPv4.
            boolean protocols = first == 0x20 && second == 0x01 && (bytes[2] & 0xFE) == 0;
            boolean sixToFour = first == 0x20 && second == 0x02;
            boolean documentation = first == 0x20 && second == 0x01 && bytes[2] == 0x0D && (bytes[3] & 0xFF) == 0xB8;
            sharedOrReserved = (first & 0xE0) != 0x20 || protocols || sixToFour || documentation;
        }
        return !(sharedOrReserved
                || address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress());
    }
}
