package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.support.ApiFixture;
import io.insula.api.support.Awaiting;
import io.insula.api.support.RawClient;
import io.insula.api.support.ScriptedNode;
import io.insula.api.support.StoreFixture;
import io.insula.protocol.Admission;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.store.postgres.Bootstrap;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, configs and usage on a real PostgreSQL, over real HTTP. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TenancyIT {

    private static StoreFixture api;

    @BeforeAll
    static void start() throws Exception {
        DispatchConfig quickToDoubt = new DispatchConfig(
                Duration.ofSeconds(2),
                Duration.ofMillis(300),
                Duration.ofSeconds(2),
                3,
                Duration.ofSeconds(1),
                Duration.ZERO,
                ApiFixture.GIVES_UP);
        api = new StoreFixture(quickToDoubt);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @BeforeEach
    void usualAnswers() {
        api.node.script(ScriptedNode.answer("Hello", " world"));
        api.node.commands().clear();
    }

    @Test
    void anUnknownKeyAndAnotherTenantsKeyCostTheSameStoreCalls() throws Exception {
        String foreign = api.issue(api.tenantB);
        for (String state : new String[] {"cold", "warm"}) {
            Cost unknown = cost(chat(tenantPath(), "no-such-key", api.configA.toString(), false));
            Cost another = cost(chat(tenantPath(), foreign, api.configA.toString(), false));

            assertThat(unknown.answer()).startsWith("HTTP/1.1 401");
            assertThat(another).as(state).isEqualTo(unknown);
            assertThat(another.storeCalls()).as(state).isEqualTo(state.equals("cold") ? 1 : 0);
        }
    }

    @Test
    void anAbsentConfigAndAForeignOneCostTheSameStoreCalls() throws Exception {
        cost(chat("/v1", api.keyA, api.configA.toString(), false));
        String absent = UUID.randomUUID().toString();
        for (String state : new String[] {"cold", "warm"}) {
            Cost none = cost(chat("/v1", api.keyA, absent, false));
            Cost foreign = cost(chat("/v1", api.keyA, api.configB.toString(), false));

            assertThat(none.answer()).startsWith("HTTP/1.1 404");
            assertThat(foreign.storeCalls()).as(state).isEqualTo(none.storeCalls());
            assertThat(foreign.answer().replace(api.configB.toString(), absent)).isEqualTo(none.answer());
            assertThat(none.storeCalls()).as(state).isEqualTo(state.equals("cold") ? 1 : 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerThatEndsLeavesOneRow(boolean stream) throws Exception {
        try (RawClient client = new RawClient(api.port)) {
            client.send(chat("/v1", api.keyA, "helper", stream)).readUntil(stream ? "data: [DONE]" : "}}}");
            assertOneRow("stop");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatLeavesStillLeavesOneRow(boolean stream) throws Exception {
        api.node.script(ScriptedNode.stall("some", " text"));
        try (RawClient client = new RawClient(api.port)) {
            client.send(chat("/v1", api.keyA, "helper", stream));
            if (stream) {
                client.readUntil(" text");
            } else {
                GenerateCommand asked = api.node.commands().poll(10, TimeUnit.SECONDS);
                assertThat(asked).isNotNull();
                api.node.commands().add(asked);
            }
        }
        assertOneRow("cancelled");
    }

    @ParameterizedTest
    @CsvSource({"true,broken", "false,broken", "true,gap", "false,gap", "true,silent", "false,silent"})
    void anEngineThatFailsOrIsLostLeavesOneRow(boolean stream, String fault) throws Exception {
        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            node.send(command, ScriptedNode.delta(command, 0, "so far"));
            switch (fault) {
                case "broken" -> node.send(command, ScriptedNode.end(command, 1, Outcome.FAILED, 1));
                case "gap" -> node.send(command, ScriptedNode.delta(command, 2, "one is missing"));
                default -> {}
            }
        });
        try (RawClient client = new RawClient(api.port)) {
            String answer = client.send(chat("/v1", api.keyA, "helper", stream)).readUntil("}}");
            assertThat(answer).contains(fault.equals("broken") ? "engine_failed" : "engine_lost");
            assertThat(answer).doesNotContain("[DONE]");
            assertOneRow("error");
        }
    }

    @Test
    void aRequestThatNoEngineTookLeavesNoRow() throws Exception {
        api.node.script(ScriptedNode.reject(Admission.Reason.OVERLOADED, 10));
        try (RawClient client = new RawClient(api.port)) {
            long before = api.accounted();
            assertThat(client.send(chat("/v1", api.keyA, "helper", false)).readUntil("}}"))
                    .startsWith("HTTP/1.1 503");
            GenerateCommand asked = api.node.commands().poll(10, TimeUnit.SECONDS);
            assertThat(asked).isNotNull();
            assertThat(api.ledger(asked.request())).isEmpty();
            assertThat(api.accounted()).isEqualTo(before);
        }
    }

    @Test
    void theBuiltInKeyAndKeylessRoutesAnswerOnThisMachine() throws Exception {
        for (String path : new String[] {"/v1", "/v1.0/tenants/" + api.welcome.tenant() + "/assistant/openai"}) {
            assertThat(cost(chat(path, Bootstrap.BUILT_IN_KEY, Bootstrap.CONFIG_NAME, false))
                            .answer())
                    .startsWith("HTTP/1.1 200");
        }
        assertThat(cost(chat("/v1", "any key at all", Bootstrap.CONFIG_NAME, false))
                        .answer())
                .startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost\r\nX-Forwarded-For: 127.0.0.1",
                "Host: localhost\r\nForwarded: for=127.0.0.1",
                "Host: localhost\r\nX-Real-IP: 127.0.0.1",
                "Host: localhost\r\nVia: 1.1 proxy",
                "Host: assistant.example.com",
                "Host: 192.168.0.1",
                "Host: localhost.example.com",
                "Host: localhost\r\nOrigin: https://example.com",
                "Host: localhost\r\nOrigin: null",
                "Host: localhost\r\nOrigin: http://localhost.example.com",
                "Host: localhost\r\nSec-Fetch-Site: cross-site"
            })
    void theBuiltInKeyAndKeylessRoutesAreRefusedToWhatCameFromElsewhere(String headers) throws Exception {
        assertRefused(api.port, headers);
    }

    @Test
    void theBuiltInKeyIsRefusedWhereTheServerListensToOthers() throws Exception {
        assertRefused(api.openPort, "Host: localhost");
    }

    private static void assertRefused(int port, String headers) throws IOException {
        for (String key : new String[] {Bootstrap.BUILT_IN_KEY, "any key at all"}) {
            for (String path :
                    new String[] {"/v1", "/api/vizra-adk", "/v1.0/tenants/" + api.welcome.tenant() + "/assistant/openai"
                    }) {
                try (RawClient client = new RawClient(port)) {
                    String request =
                            post(path, headers + "\r\nAuthorization: Bearer " + key, Bootstrap.CONFIG_NAME, false);
                    assertThat(client.send(request).readUntil("}")).as(path).startsWith("HTTP/1.1 401");
                }
            }
        }
        assertThat(api.node.commands()).isEmpty();
    }

    private static void assertOneRow(String finish) throws SQLException, InterruptedException {
        GenerateCommand asked = api.node.commands().poll(10, TimeUnit.SECONDS);
        assertThat(asked).isNotNull();
        Awaiting.until(() -> rows(asked) > 0);
        assertThat(api.ledger(asked.request())).containsExactly(finish);
    }

    private static int rows(GenerateCommand asked) {
        try {
            return api.ledger(asked.request()).size();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** An answer without what differs between any two requests, and what it cost. */
    private record Cost(String answer, long storeCalls) {}

    private static Cost cost(String request) throws IOException {
        api.settle();
        long before = api.store.storeCalls();
        try (RawClient client = new RawClient(api.port)) {
            String answer = client.send(request).readUntil("}}");
            return new Cost(
                    answer.replaceAll("x-request-id: [0-9a-f-]+", "x-request-id: X"), api.store.storeCalls() - before);
        }
    }

    private static String tenantPath() {
        return "/v1.0/tenants/" + api.tenantA + "/assistant/openai";
    }

    private static String chat(String path, String key, String model, boolean stream) {
        return post(path, "Host: localhost\r\nAuthorization: Bearer " + key, model, stream);
    }

    private static String post(String path, String headers, String model, boolean stream) {
        String body = ApiFixture.chat(model, stream);
        return "POST " + path + "/chat/completions HTTP/1.1\r\n" + headers
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }
}
