package io.insula.api.http;

import io.insula.api.auth.Caller;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line and one timing for each request, made of our own words only: nothing that a client chose is repeated.
 *
 * <p>A client that left before its answer counts as status 499.
 */
final class AccessLog {

    private static final Logger LOG = LoggerFactory.getLogger("io.insula.api.access");
    private static final int CLIENT_LEFT = 499;
    private static final Set<HttpMethod> KNOWN = Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.PATCH,
            HttpMethod.DELETE,
            HttpMethod.OPTIONS);

    private final LongSupplier nanoClock;
    private final MeterProvider<Timer> requests;

    AccessLog(MeterRegistry registry, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.requests = Timer.builder("insula.api.requests")
                .description("Requests from their head to the end of their answer")
                .withRegistry(registry);
    }

    void write(RoutingContext context, Exchange exchange) {
        long nanos = nanoClock.getAsLong() - exchange.startedNanos;
        boolean left = exchange.hasLeft();
        int status = left ? CLIENT_LEFT : context.response().getStatusCode();
        requests.withTags("route", exchange.route, "status", Integer.toString(status))
                .record(nanos, TimeUnit.NANOSECONDS);
        if (LOG.isInfoEnabled()) {
            HttpMethod method = context.request().method();
            Caller caller = exchange.callerOrNull();
            LOG.info(
                    "{} {} {} {} ms tenant={} request={}",
                    KNOWN.contains(method) ? method.name() : "OTHER",
                    exchange.route,
                    status,
                    TimeUnit.NANOSECONDS.toMillis(nanos),
                    caller == null ? "-" : caller.tenant(),
                    exchange.id);
        }
    }
}
