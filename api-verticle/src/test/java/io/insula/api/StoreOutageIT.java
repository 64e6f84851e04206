package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.support.ApiFixture;
import io.insula.api.support.Awaiting;
import io.insula.api.support.RawClient;
import io.insula.api.support.ScriptedNode;
import io.insula.api.support.StoreFixture;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.store.CacheConfig;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients see of a database that stands still, and what it finds when it goes on. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StoreOutageIT {

    private static final Duration REMEMBERED = Duration.ofMillis(500);

    @Test
    void streamsGoOnKnownKeysWorkUnknownOnesAreTold503AndNoRowIsLost() throws Exception {
        CacheConfig cache = CacheConfig.DEFAULT.withTimeToLive(REMEMBERED);
        try (StoreFixture api = new StoreFixture(DispatchConfig.DEFAULT, cache)) {
            String known = request(api.keyA, false);
            BlockingQueue<GenerateCommand> running = new LinkedBlockingQueue<>();
            api.node.script((node, command, reply) -> {
                ScriptedNode.stall("before").play(node, command, reply);
                running.add(command);
            });
            try (RawClient stream = new RawClient(api.port)) {
                stream.send(request(api.keyA, true)).readUntil("before");
                GenerateCommand command = running.take();
                long progress = api.vertx.setPeriodic(
                        1_000,
                        tick -> api.node.send(command, new StreamProgress(command.request(), command.attempt(), 0)));

                api.freeze(true);
                long end = System.nanoTime() + REMEMBERED.toNanos();
                Awaiting.until(() -> System.nanoTime() - end > 0);
                api.node.script(ScriptedNode.answer("after"));
                RequestId second = admitted(api, known);
                RequestId beside = admitted(api, request(api.keyA, false, "x-token: sk-unknown\r\n"));
                assertThat(answer(api.port, request("sk-unknown", false)))
                        .startsWith("HTTP/1.1 503")
                        .containsIgnoringCase("retry-after: ")
                        .contains("store_unavailable");

                api.vertx.cancelTimer(progress);
                api.node.send(
                        command,
                        ScriptedNode.delta(command, 1, "meanwhile"),
                        ScriptedNode.finish(command, 2, FinishReason.STOP),
                        ScriptedNode.end(command, 3, Outcome.COMPLETED, 2));
                assertThat(stream.readUntil("[DONE]")).contains("meanwhile").contains("[DONE]");
                assertThat(api.accounted()).isGreaterThanOrEqualTo(3);

                api.freeze(false);
                assertThat(api.ledger(command.request())).containsExactly("stop");
                assertThat(api.ledger(second)).containsExactly("stop");
                assertThat(api.ledger(beside)).containsExactly("stop");
                assertThat(answer(api.port, request(api.issue(api.tenantA), false)))
                        .startsWith("HTTP/1.1 200");
            }
        }
    }

    private static RequestId admitted(StoreFixture api, String request) throws Exception {
        api.node.commands().clear();
        assertThat(answer(api.port, request)).startsWith("HTTP/1.1 200").contains("after");
        return api.node.commands().take().request();
    }

    private static String answer(int port, String request) throws Exception {
        try (RawClient client = new RawClient(port)) {
            return client.send(request).readAll();
        }
    }

    private static String request(String key, boolean stream, String... headers) {
        String body = ApiFixture.chat("helper", stream);
        String close = stream ? "" : "Connection: close\r\n";
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key + "\r\n"
                + String.join("", headers) + close + "Content-Type: application/json\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n" + body;
    }
}
