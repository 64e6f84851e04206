package io.insula.launcher.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.net.spi.InetAddressResolverProvider;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GuardedAddressesTest {

    private static final LookupPolicy ANY = LookupPolicy.of(LookupPolicy.IPV4 | LookupPolicy.IPV6);

    /** A name service that answers with the address that the name says. */
    private static final InetAddressResolver NAMES = GuardedAddresses.guarding(new InetAddressResolver() {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
            return Stream.of(InetAddress.ofLiteral("8.8.8.8"), InetAddress.ofLiteral(host.replace(".example.com", "")));
        }

        @Override
        public String lookupByAddress(byte[] address) {
            return "back.example.com";
        }
    });

    @Test
    void aDownloadsThreadsGetAllowedAddressesOnly() throws Exception {
        assertThat(onDownloadThread("1.1.1.1.example.com")).hasSize(2);
        assertThatThrownBy(() -> onDownloadThread("127.0.0.1.example.com"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("refused 127.0.0.1.example.com: 127.0.0.1 is not allowed");
        assertThatThrownBy(() -> onDownloadThread("169.254.169.254.example.com"))
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    void otherThreadsGetWhatTheNameServiceSays() throws Exception {
        assertThat(NAMES.lookupByName("127.0.0.1.example.com", ANY)).hasSize(2);
        assertThat(NAMES.lookupByAddress(new byte[] {8, 8, 8, 8})).isEqualTo("back.example.com");
    }

    @Test
    void theProgramResolvesItsNamesThroughIt() {
        assertThat(ServiceLoader.load(InetAddressResolverProvider.class))
                .hasOnlyElementsOfType(GuardedAddresses.class)
                .hasSize(1);
    }

    private static Object[] onDownloadThread(String host) throws Exception {
        CompletableFuture<Object[]> found = new CompletableFuture<>();
        GuardedAddresses.threads(AddressPolicy.PUBLIC_HTTPS)
                .newThread(() -> {
                    try {
                        found.complete(NAMES.lookupByName(host, ANY).toArray());
                    } catch (UnknownHostException e) {
                        found.completeExceptionally(e);
                    }
                })
                .start();
        try {
            return found.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }
}
