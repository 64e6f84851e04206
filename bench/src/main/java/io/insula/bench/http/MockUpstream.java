package io.insula.bench.http;

import io.insula.bench.ChildProcess;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The model server that a gateway stands before: says the script as fast as it is asked. */
final class MockUpstream {

    private static final String COMPLETION = new JsonObject()
            .put("id", "chatcmpl-1")
            .put("object", "chat.completion")
            .put("created", 1)
            .put("model", "stub")
            .put(
                    "choices",
                    JsonArray.of(new JsonObject()
                            .put("index", 0)
                            .put(
                                    "message",
                                    new JsonObject().put("role", "assistant").put("content", Script.TEXT))
                            .put("finish_reason", "stop")))
            .put(
                    "usage",
                    new JsonObject()
                            .put("prompt_tokens", Script.PROMPT_TOKENS)
                            .put("completion_tokens", Script.PIECES.size())
                            .put("total_tokens", Script.PROMPT_TOKENS + Script.PIECES.size()))
            .encode();
    private static final List<String> EVENTS = Script.PIECES.stream()
            .map(piece -> chunk(new JsonObject().put("content", piece), null))
            .toList();

    private MockUpstream() {}

    /** Serves until its standard input ends. */
    public static void main(String[] arguments) throws Exception {
        Vertx vertx = Vertx.vertx();
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setTcpNoDelay(true))
                .requestHandler(MockUpstream::answer)
                .listen(0, "127.0.0.1")
                .await();
        ChildProcess.ready(server.actualPort());
        vertx.close().await();
        System.exit(0);
    }

    private static void answer(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            HttpServerResponse response = request.response();
            if (!body.toJsonObject().getBoolean("stream", false)) {
                response.putHeader("Content-Type", "application/json").end(COMPLETION);
                return;
            }
            response.setChunked(true).putHeader("Content-Type", "text/event-stream");
            response.write(chunk(new JsonObject().put("role", "assistant").put("content", ""), null));
            EVENTS.forEach(response::write);
            response.end(chunk(new JsonObject(), "stop") + "data: [DONE]\n\n");
        });
    }

    private static String chunk(JsonObject delta, @Nullable String finish) {
        return "data: "
                + new JsonObject()
                        .put("id", "chatcmpl-1")
                        .put("object", "chat.completion.chunk")
                        .put("created", 1)
                        .put("model", "stub")
                        .put(
                                "choices",
                                JsonArray.of(new JsonObject()
                                        .put("index", 0)
                                        .put("delta", delta)
                                        .put("finish_reason", finish)))
                        .encode()
                + "\n\n";
    }
}
