package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.support.ApiFixture;
import io.insula.api.support.Awaiting;
import io.insula.api.support.RawClient;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.GenerateCommand;
import io.insula.store.UsageEntry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is left of requests whose clients went away at any point: nothing but one usage row of each admitted one. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class AbandonedRequestsIT {

    private static final int REQUESTS = 1000;
    private static final int CLIENTS = 16;

    @Test
    void leaveNoStreamNoTimerAndOneRowForEachAdmission() throws Exception {
        long seed = System.nanoTime();
        try (ApiFixture api = ApiFixture.withDefaults()) {
            api.node.script(ScriptedNode.stall("some", " text"));
            try (RawClient first = new RawClient(api.port)) {
                first.send(request(api, true)).readUntil(" text");
            }
            Awaiting.until(() -> api.active() == 0);
            int timersBefore = timers(api.vertx);

            abandon(api, new Random(seed));

            Awaiting.until(() -> api.active() == 0);
            Awaiting.until(() -> timers(api.vertx) == timersBefore);
            Set<Object> admitted =
                    api.node.commands().stream().map(GenerateCommand::request).collect(Collectors.toSet());
            assertThat(admitted).as("seed %d", seed).hasSizeGreaterThan(REQUESTS / 4);
            assertThat(api.ledger)
                    .as("seed %d", seed)
                    .allMatch(entry -> entry.finish().equals("cancelled"))
                    .extracting(UsageEntry::request)
                    .doesNotHaveDuplicates()
                    .hasSize(admitted.size());
            assertThat(api.node.running()).as("seed %d", seed).isZero();
        }
    }

    private static void abandon(ApiFixture api, Random random) throws Exception {
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            var left = IntStream.range(0, REQUESTS)
                    .mapToObj(i -> {
                        boolean stream = random.nextBoolean();
                        String request = request(api, stream);
                        int cut = random.nextInt(4) > 0 ? request.length() : 1 + random.nextInt(request.length() - 1);
                        boolean reads = stream && cut == request.length() && random.nextBoolean();
                        return clients.submit(() -> leave(api.port, request.substring(0, cut), reads));
                    })
                    .toList();
            for (Future<?> client : left) {
                client.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static Void leave(int port, String bytes, boolean reads) throws IOException {
        try (RawClient client = new RawClient(port)) {
            client.send(bytes);
            if (reads) {
                client.readUntil(" text");
            }
        }
        return null;
    }

    private static String request(ApiFixture api, boolean stream) {
        String body = api.chat(stream);
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + ApiFixture.KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** Vert.x tells nobody how many timers it has. */
    private static int timers(Vertx vertx) {
        try {
            Class<?> type = vertx.getClass();
            while (!type.getSimpleName().equals("VertxImpl")) {
                type = type.getSuperclass();
            }
            Field timeouts = type.getDeclaredField("timeouts");
            timeouts.setAccessible(true);
            return ((Map<?, ?>) timeouts.get(vertx)).size();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
