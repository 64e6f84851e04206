package io.insula.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.RequestId;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RequestIdsTest {

    private final AtomicLong millis = new AtomicLong(1_795_000_000_000L);
    private final RequestIds ids = new RequestIds(millis::get);

    @Test
    void anIdIsAVersion7UuidOfTheTimeOfItsMaking() {
        RequestId id = ids.next();

        assertThat(id.value().version()).isEqualTo(7);
        assertThat(id.value().variant()).isEqualTo(2);
        assertThat(id.createdAtMillis()).isEqualTo(millis.get());
    }

    @Test
    void idsNeverGoBackEvenWhenTheClockDoes() {
        RequestId previous = ids.next();
        for (int i = 0; i < 20_000; i++) {
            if (i % 1000 == 0) {
                millis.addAndGet(-3);
            }
            RequestId next = ids.next();
            assertThat(next.value().getMostSignificantBits())
                    .isGreaterThan(previous.value().getMostSignificantBits());
            assertThat(next.value().version()).isEqualTo(7);
            previous = next;
        }
    }
}
