package io.insula.api.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** Times and counts what clients of chat completions feel. */
final class ChatMeters {

    private final Timer firstToken;
    private final Counter slowReaders;

    ChatMeters(MeterRegistry registry) {
        firstToken = Timer.builder("insula.api.time.to.first.token")
                .description("From the request's head to the answer's first text")
                .publishPercentileHistogram()
                .register(registry);
        slowReaders = Counter.builder("insula.api.readers.slow")
                .description("Clients that were given up because they took nothing")
                .register(registry);
    }

    void firstToken(long nanos) {
        firstToken.record(nanos, TimeUnit.NANOSECONDS);
    }

    void slowReader() {
        slowReaders.increment();
    }
}
