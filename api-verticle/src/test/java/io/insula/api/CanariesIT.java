package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.support.ApiFixture;
import io.insula.api.support.Awaiting;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.Admission;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.TenantId;
import io.vertx.core.eventbus.Message;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many tenants stream at once over shared connections, some leave; nobody ever reads another's word. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CanariesIT {

    private static final int TENANTS = 64;
    private static final int STREAMS = 12;
    private static final int WORDS = 20;
    private static final int AT_ONCE = 128;
    private static final Pattern CANARY = Pattern.compile("canary-\\d+-\\d+");

    @Test
    void noTenantEverReadsAnothersWord() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (ApiFixture api = ApiFixture.withDefaults();
                HttpClient multiplexed = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .build();
                HttpClient plain = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                ExecutorService clients =
                        Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            api.node.script(new Choir(api));
            List<Future<Integer>> read = new ArrayList<>();
            for (int tenant = 0; tenant < TENANTS; tenant++) {
                TenantId id = new TenantId(new UUID(seed, tenant));
                api.store.key("key-" + tenant, id, false);
                api.store.config(id, "helper", null);
            }
            for (int stream = 0; stream < STREAMS; stream++) {
                for (int tenant = 0; tenant < TENANTS; tenant++) {
                    String canary = "canary-" + tenant + "-" + stream;
                    HttpRequest request = request(api, "key-" + tenant, canary);
                    HttpClient client = random.nextBoolean() ? multiplexed : plain;
                    int leavesAfter = random.nextInt(3) == 0 ? random.nextInt(WORDS) : Integer.MAX_VALUE;
                    read.add(clients.submit(() -> ownWords(client, request, canary, leavesAfter)));
                }
            }
            int whole = 0;
            for (Future<Integer> words : read) {
                whole += words.get(60, TimeUnit.SECONDS) == WORDS ? 1 : 0;
            }
            assertThat(whole).as("seed %d: answers read to their end", seed).isGreaterThan(TENANTS * STREAMS / 2);
            Awaiting.until(() -> api.active() == 0);
            assertThat(api.ledger)
                    .as("seed %d", seed)
                    .hasSize(api.node.commands().size());
            assertThat(api.ledger)
                    .allSatisfy(entry -> assertThat(tenantOf(api, entry.request()))
                            .as("seed %d", seed)
                            .isEqualTo(entry.tenant()));
        }
    }

    private static TenantId tenantOf(ApiFixture api, Object request) {
        return api.node.commands().stream()
                .filter(command -> command.request().equals(request))
                .findFirst()
                .orElseThrow()
                .tenant();
    }

    /** Reads a stream, for a while or to its end, and counts its words; another's word is an error. */
    private static int ownWords(HttpClient client, HttpRequest request, String canary, int leavesAfter)
            throws Exception {
        HttpResponse<Stream<String>> response = client.send(request, BodyHandlers.ofLines());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.version()).isEqualTo(client.version());
        int words = 0;
        try (Stream<String> lines = response.body()) {
            Iterator<String> line = lines.iterator();
            while (words < leavesAfter && line.hasNext()) {
                Matcher found = CANARY.matcher(line.next());
                while (found.find()) {
                    assertThat(found.group()).isEqualTo(canary);
                    words++;
                }
            }
        }
        return words;
    }

    private static HttpRequest request(ApiFixture api, String key, String canary) {
        String body = "{\"model\":\"helper\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"" + canary
                + "\"}]}";
        return HttpRequest.newBuilder(api.uri("/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + key)
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    /** Sings each stream's own word back to it, all streams in one batch of each step. */
    private static final class Choir implements ScriptedNode.Script {

        private final ApiFixture api;
        private final List<GenerateCommand> singing = new ArrayList<>();
        private final List<Integer> sung = new ArrayList<>();

        Choir(ApiFixture api) {
            this.api = api;
            api.vertx.setPeriodic(5, timer -> step());
        }

        @Override
        public synchronized void play(ScriptedNode node, GenerateCommand command, Message<GenerateCommand> reply) {
            reply.reply(new Admission.Accepted(1));
            singing.add(command);
            sung.add(0);
        }

        private synchronized void step() {
            List<StreamFrame> frames = new ArrayList<>();
            for (int i = singing.size() - 1; i >= 0; i--) {
                GenerateCommand command = singing.get(i);
                int word = sung.get(i);
                if (word < WORDS) {
                    frames.add(ScriptedNode.delta(
                            command, word, " " + command.messages().getLast().content()));
                    sung.set(i, word + 1);
                } else {
                    frames.add(ScriptedNode.finish(command, word, FinishReason.STOP));
                    frames.add(ScriptedNode.end(command, word + 1, Outcome.COMPLETED, word));
                    singing.remove(i);
                    sung.remove(/* index */ i);
                }
            }
            if (!frames.isEmpty()) {
                GenerateCommand any = api.node.commands().element();
                api.node.send(any, frames.toArray(StreamFrame[]::new));
            }
        }
    }
}
