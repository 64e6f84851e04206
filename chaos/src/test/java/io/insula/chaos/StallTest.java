package io.insula.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.chaos.load.Door;
import io.insula.chaos.load.Question;
import io.insula.chaos.load.Reply;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class StallTest {

    private static Reply reply(long sent, long ended, Long... arrivals) {
        return new Reply(
                new Question(0, "plain", new JsonObject(), true, false),
                0,
                new Door("http-1", URI.create("http://a"), URI.create("http://b")),
                sent,
                ended,
                List.of(arrivals),
                null,
                null,
                200,
                null);
    }

    @Test
    void isTheLongestWaitThatEndedBehindTheMoment() {
        Stall stall = Stall.of(reply(0, 100, 50L, 60L, 75L, 99L), List.of(61L));

        assertThat(stall.nanos()).isEqualTo(24);
        assertThat(stall.events()).isEqualTo(3);
    }

    @Test
    void theWaitForTheFirstEventAndForTheEndCount() {
        assertThat(Stall.of(reply(0, 100, 90L), List.of(10L)).nanos()).isEqualTo(80);
        assertThat(Stall.of(reply(0, 100, 20L), List.of(10L)).nanos()).isEqualTo(80);
        assertThat(Stall.of(reply(0, 100), List.of(10L)).nanos()).isEqualTo(90);
    }

    @Test
    void whatIsBrokenOnceMoreWhileAClientWaitsBeginsTheWaitAnew() {
        assertThat(Stall.of(reply(0, 100, 10L, 90L), List.of(20L, 55L)).nanos()).isEqualTo(35);
    }
}
