package io.insula.api.auth;

import io.netty.util.NetUtil;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a request was made on this machine by a program, not by a proxy or by a foreign web page's script.
 *
 * <p>Guards what is open to anybody who can reach the port: the well-known key and keyless routes. It asks for a server
 * and a peer on loopback addresses, a loopback {@code Host} (DNS rebinding), no {@code Origin} but a loopback one, no
 * cross-site fetch and no header that a proxy adds.
 */
public final class LoopbackRule {

    private static final Set<String> PROXY_HEADERS = Set.of(
            "forwarded",
            "via",
            "x-real-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-original-forwarded-for",
            "x-original-host",
            "x-envoy-external-address",
            "true-client-ip",
            "fastly-client-ip",
            "fly-client-ip");
    private static final List<String> PROXY_PREFIXES = List.of("x-forwarded-", "cf-");

    private final boolean boundToLoopback;

    /**
     * @param boundHost the address that the server listens on
     */
    public LoopbackRule(String boundHost) {
        this.boundToLoopback = isLoopback(boundHost);
    }

    public boolean allows(HttpServerRequest request) {
        return boundToLoopback && allows(request.remoteAddress(), request.headers(), authority(request));
    }

    static boolean allows(@Nullable SocketAddress peer, MultiMap headers, @Nullable String authorityHost) {
        return peer != null
                && peer.hostAddress() != null
                && isLoopback(peer.hostAddress())
                && authorityHost != null
                && isLoopback(authorityHost)
                && headers.getAll("Host").stream().allMatch(LoopbackRule::isLoopbackAuthority)
                && headers.getAll("Origin").stream().allMatch(LoopbackRule::isLoopbackOrigin)
                && !"cross-site".equalsIgnoreCase(headers.get("Sec-Fetch-Site"))
                && !cameThroughProxy(headers);
    }

    private static @Nullable String authority(HttpServerRequest request) {
        return request.authority() == null ? null : request.authority().host();
    }

    private static boolean cameThroughProxy(MultiMap headers) {
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (PROXY_HEADERS.contains(name) || PROXY_PREFIXES.stream().anyMatch(name::startsWith)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLoopbackOrigin(String origin) {
        try {
            URI uri = new URI(origin);
            return uri.getHost() != null && isLoopback(uri.getHost());
        } catch (URISyntaxException notAnOrigin) {
            return false;
        }
    }

    private static boolean isLoopbackAuthority(String authority) {
        return isLoopbackOrigin("http://" + authority);
    }

    /** Names are not resolved: a name other than {@code localhost} is foreign, whatever it resolves to. */
    static boolean isLoopback(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (bare.equalsIgnoreCase("localhost")) {
            return true;
        }
        int zone = bare.indexOf('%');
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(zone < 0 ? bare : bare.substring(0, zone));
        return address != null && address.isLoopbackAddress();
    }
}
