package io.insula.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole road on the starter model: the program as a user starts it, asked over real HTTP. */
class UpIT {

    private static final String FRANCE = "What is the capital of France?";

    @TempDir
    static Path directory;

    static InsulaProcess insula;

    @BeforeAll
    static void start() {
        insula = InsulaProcess.up(TestHomes.withStarterModel(directory.resolve("home")));
    }

    @AfterAll
    static void stop() {
        insula.close();
    }

    @Test
    void answersAQuestionAtTemperatureZero() throws Exception {
        assertThat(new ChatClient(insula).ask(FRANCE, Map.of("temperature", 0, "max_tokens", 40)))
                .contains("Paris");
    }

    @Test
    void givesTheSameBytesTwice() throws Exception {
        ChatClient client = new ChatClient(insula);
        Map<String, Object> seeded = Map.of("temperature", 0.8, "seed", 42, "max_tokens", 60);

        String first = client.ask("Tell me about the sea.", seeded);

        assertThat(first).isNotEmpty();
        assertThat(client.ask("Tell me about the sea.", seeded)).isEqualTo(first);
        assertThat(client.ask("Tell me about the sea.", Map.of("temperature", 0.8, "seed", 43, "max_tokens", 60)))
                .isNotEqualTo(first);
    }

    @Test
    void streamsWhatItAnswersAtOnce() throws Exception {
        ChatClient client = new ChatClient(insula);
        Map<String, Object> settings = Map.of("temperature", 0, "max_tokens", 40);

        ChatClient.Streamed streamed = client.stream(FRANCE, settings);

        assertThat(streamed.text()).isEqualTo(client.ask(FRANCE, settings));
        assertThat(streamed.finishReason()).isIn("stop", "length");
        assertThat(streamed.events()).last().isEqualTo("[DONE]");
    }

    @Test
    void eightConcurrentStreamsEqualTheirSoloRuns() throws Exception {
        ChatClient client = new ChatClient(insula);
        List<String> questions = IntStream.range(0, 8)
                .mapToObj(i -> "Write a short story about the number " + i + " and its friends.")
                .toList();
        List<ChatClient.Streamed> alone = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            alone.add(client.stream(questions.get(i), sampling(i)));
        }

        List<CompletableFuture<ChatClient.Streamed>> together = IntStream.range(0, 8)
                .mapToObj(i -> client.streamAsync(questions.get(i), sampling(i)))
                .toList();

        assertThat(together.stream().map(future -> future.join().text()))
                .isEqualTo(alone.stream().map(ChatClient.Streamed::text).toList());
        assertThat(alone.stream().map(ChatClient.Streamed::text).distinct()).hasSize(8);
    }

    @Test
    void moreClientsThanSlotsAreAllAnswered() {
        ManyClients many = new ManyClients(new ChatClient(insula), 24, 12);
        ManyClients.Answers answers = many.ask();
        assertThat(answers.texts()).hasSize(24).doesNotHaveDuplicates();
        assertThat(answers.texts().get(3)).isEqualTo(many.stream(3).text());
    }

    private static Map<String, Object> sampling(int i) {
        return Map.of("temperature", i % 2 == 0 ? 0 : 0.9, "seed", i, "max_tokens", 24 + i);
    }

    @Test
    void severalChoicesAreTheSameHoweverManyAndWhateverElseRuns() throws Exception {
        ChatClient client = new ChatClient(insula);
        Map<String, Object> controls = Map.of(
                "temperature",
                1.1,
                "seed",
                7,
                "max_tokens",
                24,
                "top_k",
                60,
                "min_p",
                0.02,
                "repetition_penalty",
                1.1,
                "presence_penalty",
                0.4,
                "n",
                3);
        String question = "Tell me about the moon.";
        List<String> alone = contents(client.post(question, controls));
        List<CompletableFuture<ChatClient.Streamed>> load = IntStream.range(0, 4)
                .mapToObj(i -> client.streamAsync("Count to " + (20 + i) + ".", sampling(i)))
                .toList();
        List<String> together = contents(client.post(question, controls));
        load.forEach(CompletableFuture::join);

        assertThat(alone).doesNotHaveDuplicates().hasSize(3);
        assertThat(together).isEqualTo(alone);
        Map<String, Object> fewer = new HashMap<>(controls);
        fewer.put("n", 1);
        assertThat(contents(client.post(question, fewer))).isEqualTo(alone.subList(0, 1));
        fewer.put("best_of", 3);
        assertThat(alone).containsAll(contents(client.post(question, fewer)));
    }

    @Test
    void logProbabilitiesFitTheAnswerAndThePrompt() throws Exception {
        HttpResponse<String> response = new ChatClient(insula)
                .post(
                        FRANCE,
                        Map.of(
                                "temperature",
                                0,
                                "max_tokens",
                                8,
                                "logprobs",
                                true,
                                "top_logprobs",
                                5,
                                "prompt_logprobs",
                                1));

        JsonNode body = ChatClient.JSON.readTree(response.body());
        StringBuilder text = new StringBuilder();
        for (JsonNode token : body.at("/choices/0/logprobs/content")) {
            text.append(token.at("/token").asText());
            assertThat(token.at("/logprob").asDouble())
                    .as("greedy takes the most probable token")
                    .isEqualTo(token.at("/top_logprobs/0/logprob").asDouble());
            double probability = 0;
            for (JsonNode alternative : token.at("/top_logprobs")) {
                probability += Math.exp(alternative.at("/logprob").asDouble());
            }
            assertThat(probability).isBetween(0.0, 1 + 1e-6);
        }
        assertThat(text.toString())
                .isNotEmpty()
                .isEqualTo(body.at("/choices/0/message/content").asText());
        JsonNode prompt = body.at("/prompt_logprobs");
        assertThat(prompt).hasSize(body.at("/usage/prompt_tokens").asInt());
        assertThat(prompt.get(0).isNull()).isTrue();
        assertThat(prompt.get(1).properties()).hasSizeBetween(1, 2);
    }

    @Test
    void penaltiesBiasAndEndsChangeTheAnswer() throws Exception {
        ChatClient client = new ChatClient(insula);
        Map<String, Object> endless = Map.of("temperature", 0, "max_tokens", 60, "ignore_eos", true);
        JsonNode free = ChatClient.JSON.readTree(client.post(FRANCE, endless).body());
        assertThat(free.at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(free.at("/usage/completion_tokens").asInt()).isEqualTo(60);
        for (String penalty : List.of("repetition_penalty", "frequency_penalty", "presence_penalty")) {
            Map<String, Object> settings = new HashMap<>(endless);
            settings.put(penalty, 2);
            assertThat(client.ask(FRANCE, settings))
                    .as(penalty)
                    .isNotEqualTo(free.at("/choices/0/message/content").asText());
        }
        JsonNode refused = ChatClient.JSON.readTree(
                client.post(FRANCE, Map.of("logit_bias", Map.of("9999999", 1))).body());
        assertThat(refused.at("/error/param").asText()).isEqualTo("logit_bias");
    }

    @Test
    void anAnswerEndsWhenItsClientWaitsNoLonger() throws Exception {
        ChatClient client = new ChatClient(insula);
        String body = client.body("Count for ever.", Map.of("ignore_eos", true, "max_tokens", 1_900));

        HttpResponse<String> response = send(client.request("/chat/completions")
                .header("Prefer", "wait=1")
                .POST(HttpRequest.BodyPublishers.ofString(body)));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(408);
        assertThat(response.body()).contains("deadline_exceeded");
    }

    private static List<String> contents(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        List<String> contents = new ArrayList<>();
        ChatClient.JSON
                .readTree(response.body())
                .at("/choices")
                .forEach(choice -> contents.add(choice.at("/message/content").asText()));
        return contents;
    }

    @Test
    void theOfficialJavaClientReadsAnswersAndStreams() {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(insula.baseUrl())
                .apiKey(insula.key())
                .build();
        ChatCompletionCreateParams question = ChatCompletionCreateParams.builder()
                .model(insula.model())
                .addUserMessage(FRANCE)
                .temperature(0)
                .maxCompletionTokens(40)
                .build();

        String answer = client.chat()
                .completions()
                .create(question)
                .choices()
                .getFirst()
                .message()
                .content()
                .orElseThrow();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(question)) {
            String streamed = stream.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().content().stream())
                    .collect(Collectors.joining());

            assertThat(answer).contains("Paris");
            assertThat(streamed).isEqualTo(answer);
        }
        assertThat(client.models().list().data()).anyMatch(model -> model.id().equals(insula.model()));
    }

    @Test
    void theOfficialJavaClientEmbedsTexts() {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(insula.baseUrl())
                .apiKey(insula.key())
                .build();
        CreateEmbeddingResponse answer = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("all-minilm-l6-v2")
                        .inputOfArrayOfStrings(
                                List.of("A cat sits on the mat.", "A kitten rests on a rug.", "Interest rates rose."))
                        .build());

        List<List<Float>> vectors =
                answer.data().stream().map(data -> data.embedding()).toList();
        assertThat(vectors).hasSize(3).allSatisfy(vector -> assertThat(vector).hasSize(384));
        assertThat(dot(vectors.get(0), vectors.get(1))).isGreaterThan(0.5);
        assertThat(dot(vectors.get(0), vectors.get(2))).isLessThan(0.3);
        assertThat(answer.usage().promptTokens()).isEqualTo(9 + 9 + 6);
    }

    private static double dot(List<Float> a, List<Float> b) {
        return IntStream.range(0, a.size())
                .mapToDouble(i -> a.get(i) * b.get(i))
                .sum();
    }

    @Test
    void aPromptBeyondTheContextIsRefusedByName() throws Exception {
        HttpResponse<String> response = new ChatClient(insula).post("word ".repeat(30_000), Map.of());

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("context_length_exceeded").contains("\"messages\"");
    }

    @Test
    void aStopStringEndsTheAnswerBeforeItAppears() throws Exception {
        ChatClient client = new ChatClient(insula);
        String free = client.ask(FRANCE, Map.of("temperature", 0, "max_tokens", 40));
        String stop = free.substring(free.indexOf("Paris"), free.indexOf("Paris") + 5);

        HttpResponse<String> stopped =
                client.post(FRANCE, Map.of("temperature", 0, "max_tokens", 40, "stop", List.of(stop)));

        JsonNode choice = ChatClient.JSON.readTree(stopped.body()).at("/choices/0");
        assertThat(choice.at("/message/content").asText()).isEqualTo(free.substring(0, free.indexOf("Paris")));
        assertThat(choice.at("/finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void aClientThatLeavesFreesTheSlot() throws Exception {
        ChatClient client = new ChatClient(insula);
        var response = client.open("Count from one to a thousand, slowly.", Map.of("max_tokens", 800));
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < 10; i++) {
                assertThat(reader.readLine()).isNotNull();
            }
            assertThat(metric("insula_inference_slots_active")).isGreaterThanOrEqualTo(1);
        }

        long left = System.nanoTime();
        while (metric("insula_inference_slots_active") > 0) {
            assertThat(Duration.ofNanos(System.nanoTime() - left)).isLessThan(Duration.ofSeconds(2));
            Thread.onSpinWait();
        }
    }

    @Test
    void theManagementPortTellsHealthReadinessAndMetrics() throws Exception {
        assertThat(get(insula.managementUrl() + "/healthz").statusCode()).isEqualTo(200);
        assertThat(get(insula.managementUrl() + "/readyz").statusCode()).isEqualTo(200);
        new ChatClient(insula).ask(FRANCE, Map.of("temperature", 0, "max_tokens", 5));
        assertThat(get(insula.managementUrl() + "/metrics").body())
                .contains("insula_inference_decode_tokens_total")
                .contains("vertx_http_server");
    }

    @Test
    void theWellKnownKeyIsRefusedFromAnywhereElse() throws Exception {
        HttpRequest.Builder forwarded =
                new ChatClient(insula).request("/models").header("X-Forwarded-For", "10.0.0.1");
        HttpRequest.Builder foreign = new ChatClient(insula).request("/models").header("Origin", "https://example.com");

        assertThat(send(new ChatClient(insula).request("/models")).statusCode()).isEqualTo(200);
        assertThat(send(forwarded).statusCode()).isEqualTo(401);
        assertThat(send(foreign).statusCode()).isEqualTo(401);
    }

    @Test
    void nothingIsWrittenOutsideTheHomeAndTheTemporaryDirectory() throws IOException {
        try (Stream<Path> files = Files.walk(insula.userHome)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void theLogHoldsNoKeyNoPromptAndNoAnswer() throws Exception {
        ChatClient client = new ChatClient(insula);
        client.ask("What is a zyzzyva-canary-7141?", Map.of("temperature", 0, "max_tokens", 20));
        String banner = insula.output();

        String log = banner.lines()
                .filter(line -> line.matches("^\\d\\d:\\d\\d:\\d\\d.*"))
                .collect(Collectors.joining("\n"));

        assertThat(log).isNotEmpty().doesNotContain("zyzzyva", "Bearer", "Authorization");
    }

    private static double metric(String name) throws IOException, InterruptedException {
        return get(insula.managementUrl() + "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
