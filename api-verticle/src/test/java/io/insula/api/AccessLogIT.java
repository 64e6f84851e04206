package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.insula.api.support.ApiFixture;
import io.insula.api.support.Awaiting;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.Admission;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the log says of requests, and what it never says, even when everything of ours is logged. */
class AccessLogIT {

    private static final String PROMPT = "prompt-nobody-may-read";
    private static final String COMPLETION = "completion-nobody-may-read";
    private static final String ACCESS = "io.insula.api.access";

    private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    private final Logger insula = (Logger) LoggerFactory.getLogger("io.insula");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private ApiFixture api;

    @BeforeEach
    void start() throws Exception {
        api = ApiFixture.withDefaults();
        insula.setLevel(Level.TRACE);
        log.setContext(root.getLoggerContext());
        log.start();
        root.addAppender(log);
    }

    @AfterEach
    void stop() {
        root.detachAppender(log);
        insula.setLevel(null);
        api.close();
    }

    @Test
    void holdsOneLineARequestAndNoSecret() throws Exception {
        api.node.script(ScriptedNode.answer(COMPLETION));
        String body = api.chat(false).replace("Hi", PROMPT);
        assertThat(send(api.post("/v1/chat/completions", body))).contains(COMPLETION);
        assertThat(send(api.post("/v1/chat/completions", body.replace("false", "true"))))
                .contains(COMPLETION);
        send(api.post("/v1/chat/completions", body + PROMPT));
        send(api.post("/v1/chat/completions", body.replace("\"user\"", "\"" + PROMPT + "\"")));
        send(api.post("/v1/chat/completions", body.replace(api.config.id().toString(), PROMPT)));
        send(api.post(ApiFixture.tenantPath("/chat/completions"), body)
                .setHeader("Authorization", "Bearer wrong-" + PROMPT));
        send(api.get("/v1/" + PROMPT));
        send(api.get("/v1/models/" + PROMPT));
        api.node.script(ScriptedNode.reject(Admission.Reason.OVERLOADED, 10));
        send(api.post("/v1/chat/completions", body));
        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(1));
            node.send(command, ScriptedNode.delta(command, 0, COMPLETION), ScriptedNode.delta(command, 5, COMPLETION));
        });
        send(api.post("/v1/chat/completions", body));
        api.store.breakDown(true);
        send(api.post("/v1/chat/completions", body));

        Awaiting.until(() -> accessLines().size() >= 11);
        // The line of the fixture's own request may have come late and first.
        assertThat(accessLines()
                        .subList(accessLines().size() - 11, accessLines().size()))
                .extracting(event -> event.getArgumentArray()[2])
                .containsExactly(200, 200, 400, 400, 404, 401, 404, 404, 503, 502, 503);
        assertThat(accessLines()).allMatch(event -> event.getLevel() == Level.INFO);
        assertThat(List.copyOf(log.list))
                .noneMatch(event -> says(event, PROMPT)
                        || says(event, COMPLETION)
                        || says(event, ApiFixture.KEY)
                        || says(event, "Bearer"));
    }

    private List<ILoggingEvent> accessLines() {
        return new ArrayList<>(log.list)
                .stream().filter(event -> event.getLoggerName().equals(ACCESS)).toList();
    }

    private static boolean says(ILoggingEvent event, String secret) {
        return event.getFormattedMessage().contains(secret)
                || (event.getThrowableProxy() != null
                        && ThrowableProxyUtil.asString(event.getThrowableProxy())
                                .contains(secret));
    }

    private String send(HttpRequest.Builder request) throws Exception {
        return api.client.send(request.build(), BodyHandlers.ofString()).body();
    }
}
