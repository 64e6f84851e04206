package io.insula.launcher.model;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Resolves names for the whole program, and on a download's threads to allowed addresses only.
 *
 * <p>A URL's host is judged before it is asked; a name that changes its mind between that and the connection is refused here,
 * when the connection is made.
 *
 * <p><b>Thread:</b> any.
 */
public final class GuardedAddresses extends InetAddressResolverProvider {

    private static final ThreadLocal<@Nullable AddressPolicy> POLICY = new ThreadLocal<>();

    /** Threads that resolve names to addresses of the policy only. */
    static ThreadFactory threads(AddressPolicy policy) {
        ThreadFactory plain = Thread.ofVirtual().name("insula-download-", 0).factory();
        return work -> plain.newThread(() -> {
            POLICY.set(policy);
            work.run();
        });
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        return guarding(configuration.builtinResolver());
    }

    static InetAddressResolver guarding(InetAddressResolver builtin) {
        return new Guarded(builtin);
    }

    @Override
    public String name() {
        return "insula";
    }

    private record Guarded(InetAddressResolver builtin) implements InetAddressResolver {

        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy lookup) throws UnknownHostException {
            AddressPolicy policy = POLICY.get();
            if (policy == null) {
                return builtin.lookupByName(host, lookup);
            }
            List<InetAddress> found = builtin.lookupByName(host, lookup).toList();
            for (InetAddress address : found) {
                if (!policy.allows(address)) {
                    throw new UnknownHostException("refused " + host + ": " + address.getHostAddress()
                            + " is not allowed (expected: " + policy.expected() + ")");
                }
            }
            return found.stream();
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            return builtin.lookupByAddress(address);
        }
    }
}
