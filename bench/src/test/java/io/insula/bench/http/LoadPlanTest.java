package io.insula.bench.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LoadPlanTest {

    private static final LoadPlan PLAN = new LoadPlan(80, "/path", "X-A: b\r\n", "m", true, 3, 40);

    @Test
    void isTheSameAfterItsWayToTheOtherProcess() {
        assertThat(LoadPlan.ofLine(PLAN.toLine())).isEqualTo(PLAN);
    }

    @Test
    void writesARequestWithItsOwnLength() {
        String request = new String(PLAN.request(), StandardCharsets.US_ASCII);
        String body = request.substring(request.indexOf("\r\n\r\n") + 4);

        assertThat(request).startsWith("POST /path HTTP/1.1\r\n").contains("\r\nX-A: b\r\n");
        assertThat(request).contains("Content-Length: " + body.length() + "\r\n");
    }

    @Test
    void isBounded() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LoadPlan(80, "/", "", "m", true, 257, 40))
                .withMessageContaining("connections: 257 (expected: 1..256)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LoadPlan(80, "/", "", "m", true, 1, 60_001))
                .withMessageContaining("millis: 60001 (expected: 1..60000)");
    }
}
