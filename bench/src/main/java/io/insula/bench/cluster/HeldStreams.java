package io.insula.bench.cluster;

import io.insula.bench.ChildProcess;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Streams that are opened, held and counted, in a process of its own: a command a line in, a result a line out.
 *
 * <ul>
 *   <li>{@code {"open":n,"urls":[…],"key":…,"model":…,"tokens":n,"per_event":n}} opens streams of so many tokens each and answers when
 *       every one has had its first token;
 *   <li>{@code {"count":true}} tells the events of all streams so far;
 *   <li>{@code {"await":millis}} waits until all have ended, and tells how many were whole;
 *   <li>{@code {"first":n,"urls":[…],"key":…,"model":…}} asks for one token again and again, and tells the nanoseconds until each.
 * </ul>
 */
final class HeldStreams {

    private static final int OPENING = 128;
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final long PATIENCE_SECONDS = 120;

    private final HttpClient client;
    private final LongAdder heard = new LongAdder();
    private final List<Future<Boolean>> ends = new ArrayList<>();

    private HeldStreams(Vertx vertx) {
        client = vertx.createHttpClient(
                new HttpClientOptions().setDefaultHost("127.0.0.1").setKeepAlive(true),
                new PoolOptions().setHttp1MaxSize(20_000));
    }

    public static void main(String[] arguments) throws Exception {
        HeldStreams streams = new HeldStreams(Vertx.vertx());
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            ChildProcess.say(streams.answer(new JsonObject(line)).encode());
        }
        System.exit(0);
    }

    private JsonObject answer(JsonObject command) throws Exception {
        try {
            if (command.containsKey("open")) {
                return open(command);
            }
            if (command.containsKey("first")) {
                return first(command);
            }
            if (command.containsKey("await")) {
                return ended(command.getLong("await"));
            }
            return new JsonObject().put("events", heard.sum());
        } catch (ExecutionException | TimeoutException e) {
            return new JsonObject().put("failure", String.valueOf(e));
        }
    }

    private JsonObject open(JsonObject command) throws Exception {
        List<Target> targets = targets(command);
        Semaphore opening = new Semaphore(OPENING);
        List<Future<Void>> firsts = new ArrayList<>();
        int tokens = command.getInteger("tokens");
        int events = tokens / command.getInteger("per_event");
        for (int i = 0; i < command.getInteger("open"); i++) {
            if (!opening.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new TimeoutException("streams do not begin");
            }
            Held held = new Held(events);
            firsts.add(held.first.future().onComplete(done -> opening.release()));
            ends.add(held.end.future());
            send(targets.get(i % targets.size()), tokens, held);
        }
        Future.all(firsts).toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return new JsonObject().put("events", heard.sum());
    }

    private JsonObject first(JsonObject command) throws Exception {
        Target target = targets(command).getFirst();
        JsonArray nanos = new JsonArray();
        for (int i = 0; i < command.getInteger("first"); i++) {
            Held held = new Held(1);
            long begin = System.nanoTime();
            send(target, 1, held);
            held.first.future().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            nanos.add(held.firstNanos - begin);
            held.end.future().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        return new JsonObject().put("nanos", nanos);
    }

    private JsonObject ended(long millis) throws Exception {
        Future.join(ends).toCompletionStage().toCompletableFuture().get(millis, TimeUnit.MILLISECONDS);
        long whole = ends.stream().filter(Future::result).count();
        JsonObject result =
                new JsonObject().put("whole", whole).put("streams", ends.size()).put("events", heard.sum());
        ends.clear();
        heard.reset();
        return result;
    }

    /** Where a request goes and as what. */
    private record Target(String url, String key, String model) {}

    private static List<Target> targets(JsonObject command) {
        return command.getJsonArray("urls").stream()
                .map(url -> new Target(url + "/chat/completions", command.getString("key"), command.getString("model")))
                .toList();
    }

    private void send(Target target, int tokens, Held held) {
        String body = new JsonObject()
                .put("model", target.model())
                .put("stream", true)
                .put("max_tokens", tokens)
                .put(
                        "messages",
                        JsonArray.of(new JsonObject().put("role", "user").put("content", "Seven?")))
                .encode();
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(target.url())
                .putHeader("Authorization", "Bearer " + target.key())
                .putHeader("Content-Type", "application/json");
        // The handlers are set on the connection's thread, before the answer can be there: else its events would be
        // lost.
        client.request(options)
                .onSuccess(request -> request.send(body).onSuccess(held::begin).onFailure(held::failed))
                .onFailure(held::failed);
    }

    /** One stream: counts its events, which say what is expected of each token, and knows whether it came whole. */
    private final class Held {

        private final Promise<Void> first = Promise.promise();
        private final Promise<Boolean> end = Promise.promise();
        private final int events;
        private int counted;
        private int matched;
        private boolean done;
        private volatile long firstNanos;

        Held(int events) {
            this.events = events;
        }

        void begin(HttpClientResponse response) {
            if (response.statusCode() != 200) {
                response.body().onSuccess(body -> failed(new IOException(response.statusCode() + ": " + body)));
                return;
            }
            response.handler(this::chunk);
            response.exceptionHandler(this::failed);
            response.endHandler(over -> {
                first.tryComplete();
                end.tryComplete(done && counted >= events);
            });
        }

        void failed(Throwable failure) {
            first.tryFail(failure);
            end.tryComplete(false);
        }

        /** Finds the events' beginnings, of which a chunk may have a part. */
        private void chunk(Buffer chunk) {
            int found = 0;
            for (int i = 0; i < chunk.length(); i++) {
                byte read = chunk.getByte(i);
                if (matched == DATA.length) {
                    matched = 0;
                    if (read == '{') {
                        found++;
                    } else {
                        done = true;
                    }
                } else {
                    matched = read == DATA[matched] ? matched + 1 : read == DATA[0] ? 1 : 0;
                }
            }
            counted += found;
            heard.add(found);
            if (counted >= 2 && firstNanos == 0) {
                // The first event has the role alone.
                firstNanos = System.nanoTime();
                first.tryComplete();
            }
        }
    }
}
