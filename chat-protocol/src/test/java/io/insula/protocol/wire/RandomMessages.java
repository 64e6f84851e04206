package io.insula.protocol.wire;

import io.insula.protocol.Admission.Accepted;
import io.insula.protocol.Admission.Reason;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.CancelStream;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.ConfigId;
import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EmbedReply.Embedded;
import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.EmbeddingVector;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.LogitBias;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.OrphanedUsage;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.Penalties;
import io.insula.protocol.Probe;
import io.insula.protocol.ProbeReply;
import io.insula.protocol.ProbeRequest;
import io.insula.protocol.RequestId;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.ScoredToken;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenBytes;
import io.insula.protocol.TokenIds;
import io.insula.protocol.TokenScores;
import io.insula.protocol.ToolCall;
import io.insula.protocol.ToolCallDelta;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;
import io.insula.protocol.UsageTaken;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

/** Draws messages of every kind: empty and long texts, every plane of Unicode, the ends of every range. */
final class RandomMessages {

    private static final String NODE_CHARACTERS = "abcXYZ019-_";

    private final Random random;

    RandomMessages(long seed) {
        this.random = new Random(seed);
    }

    /** One message of each codec, in the order of {@link ProtocolCodecs#NEWEST}. */
    List<Object> oneOfEach() {
        return List.of(
                command(),
                accepted(),
                rejected(),
                cancel(),
                batch(),
                engineStatus(),
                apiStatus(),
                embedCommand(),
                embedded(),
                orphan(),
                new UsageTaken(request(), random.nextBoolean()),
                new Probe(node()),
                new ProbeRequest(text(1, 80)),
                new ProbeReply(random.nextBoolean()));
    }

    /** One message of each codec, in the order of {@link ProtocolCodecs#EARLIER}, of what their versions know. */
    List<Object> oneOfEachEarlier() {
        FrameBatch batch = batch();
        List<StreamFrame> frames =
                batch.frames().stream().map(RandomMessages::ofVersion2).toList();
        return List.of(command().but().key(null).build(), new FrameBatch(batch.node(), frames));
    }

    private static StreamFrame ofVersion2(StreamFrame frame) {
        return switch (frame) {
            case StreamEnd end
            when end.outcome() == Outcome.HANDED_OVER || end.outcome() == Outcome.REFUSED ->
                new StreamProgress(end.request(), end.attempt(), end.sequence());
            case StreamProgress progress ->
                new StreamProgress(progress.request(), progress.attempt(), progress.prefilledTokens());
            default -> frame;
        };
    }

    private OrphanedUsage orphan() {
        Outcome outcome = pick(Outcome.values());
        return new OrphanedUsage(
                node(),
                request(),
                count(),
                new TenantId(uuid()),
                random.nextBoolean() ? uuid() : null,
                random.nextBoolean() ? new ConfigId(uuid()) : null,
                new ModelName("m" + random.nextInt()),
                outcome,
                outcome == Outcome.COMPLETED ? pick(FinishReason.values()) : null,
                new Usage(count(), count(), count(), count()),
                new Timings(longCount(), longCount(), longCount()));
    }

    GenerateCommand command() {
        int choices = 1 + random.nextInt(3);
        return GenerateCommand.of(
                        request(),
                        new ModelName(text(1, 40).replaceAll("\\s", "x").concat("m")),
                        list(1, 5, this::message))
                .attempt(count(), random.nextBoolean() ? List.of() : list(choices, choices, this::tokens))
                .frames(node(), count())
                .tenant(new TenantId(uuid()), random.nextDouble() + Double.MIN_VALUE)
                .config(random.nextBoolean() ? new ConfigId(uuid()) : null)
                .key(random.nextBoolean() ? uuid() : null)
                .tools(tools())
                .form(form())
                .templateArguments("{" + text(0, 40))
                .sampling(sampling())
                .stop(stop())
                .output(new OutputOptions(choices, random.nextInt(22) - 1, random.nextInt(22) - 1))
                .deadlineMillis(count())
                .build();
    }

    private ChatMessage message() {
        return random.nextBoolean()
                ? new ChatMessage(text(0, 12), text(0, 400))
                : new ChatMessage(
                        text(0, 12),
                        text(0, 40),
                        text(0, 40),
                        list(0, 3, () -> new ToolCall(text(0, 30), text(1, 30), text(0, 60))),
                        text(0, 30),
                        text(0, 12));
    }

    private Tools tools() {
        int size = random.nextInt(4);
        if (size == 0) {
            return Tools.NONE;
        }
        List<ToolDefinition> definitions = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            definitions.add(new ToolDefinition("f" + i, text(0, 40), text(1, 80), random.nextBoolean()));
        }
        ToolChoice choice = switch (random.nextInt(4)) {
            case 0 -> new ToolChoice.None();
            case 1 -> new ToolChoice.Auto();
            case 2 -> new ToolChoice.Required();
            default -> new ToolChoice.Named("f" + random.nextInt(size));
        };
        return new Tools(definitions, choice, random.nextBoolean());
    }

    private ResponseForm form() {
        return switch (random.nextInt(5)) {
            case 0 -> new ResponseForm.Text();
            case 1 -> new ResponseForm.JsonObject();
            case 2 -> new ResponseForm.JsonSchema(text(1, 80), random.nextBoolean());
            case 3 -> new ResponseForm.Regex(text(1, 40));
            default -> new ResponseForm.Choice(list(1, 5, () -> text(1, 20)));
        };
    }

    private SamplingParameters sampling() {
        Map<Integer, Double> biases = new HashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            biases.put(count(), random.nextInt(201) - 100.0);
        }
        return new SamplingParameters(
                LogitBias.of(biases),
                new Penalties(1 - random.nextDouble(), random.nextDouble() * 4 - 2, random.nextDouble() * 4 - 2),
                random.nextDouble() * 2,
                count(),
                1 - random.nextDouble(),
                random.nextDouble(),
                random.nextDouble(),
                random.nextLong());
    }

    private StopConditions stop() {
        int maxTokens = count();
        int minTokens = maxTokens == 0 ? count() : random.nextInt(maxTokens);
        return new StopConditions(maxTokens, minTokens, list(0, 4, () -> text(1, 20)), tokens(), random.nextBoolean());
    }

    Accepted accepted() {
        return new Accepted(count());
    }

    Rejected rejected() {
        return new Rejected(pick(Reason.values()), text(0, 80), random.nextBoolean() ? text(0, 10) : null, count());
    }

    CancelStream cancel() {
        return new CancelStream(request(), count());
    }

    FrameBatch batch() {
        return new FrameBatch(node(), list(0, 6, this::frame));
    }

    EngineStatus engineStatus() {
        return new EngineStatus(
                node(),
                count(),
                random.nextBoolean(),
                list(0, 3, this::modelStatus),
                list(0, 3, this::embeddingStatus),
                count());
    }

    EmbedCommand embedCommand() {
        return new EmbedCommand(
                request(), new TenantId(uuid()), new ModelName("m" + random.nextInt()), list(1, 5, () -> text(1, 200)));
    }

    Embedded embedded() {
        int dimensions = 1 + random.nextInt(50);
        return new Embedded(list(1, 5, () -> vector(dimensions)), count(), longCount());
    }

    private EmbeddingVector vector(int dimensions) {
        float[] components = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            components[i] = random.nextInt(20) == 0 ? -0f : (float) random.nextGaussian();
        }
        return EmbeddingVector.of(components);
    }

    private EmbeddingStatus embeddingStatus() {
        return new EmbeddingStatus(
                new ModelName("m" + random.nextInt()), text(0, 64), count(), count(), count(), count());
    }

    ApiStatus apiStatus() {
        return new ApiStatus(node(), count(), random.nextBoolean(), count(), count(), count());
    }

    private ModelStatus modelStatus() {
        return new ModelStatus(
                new ModelName("m" + random.nextInt()),
                text(0, 64),
                count(),
                count(),
                count(),
                count(),
                count(),
                count(),
                count());
    }

    private StreamFrame frame() {
        return switch (random.nextInt(4)) {
            case 0 -> delta();
            case 1 -> new StreamProgress(request(), count(), count(), count());
            case 2 -> new StreamPrompt(request(), count(), count(), 1 + random.nextInt(9), list(0, 4, this::scores));
            default ->
                new StreamEnd(
                        request(),
                        count(),
                        count(),
                        pick(Outcome.values()),
                        random.nextBoolean() ? text(0, 30) : null,
                        new Usage(count(), count(), count(), count()),
                        new Timings(longCount(), longCount(), longCount()));
        };
    }

    private StreamDelta delta() {
        TokenIds tokens = tokens();
        return new StreamDelta(
                request(),
                count(),
                count(),
                random.nextInt(4),
                tokens,
                text(0, 30),
                random.nextBoolean() ? "" : text(0, 30),
                random.nextBoolean() ? List.of() : list(0, 3, this::toolCall),
                random.nextBoolean() ? pick(FinishReason.values()) : null,
                random.nextBoolean() ? List.of() : list(tokens.size(), tokens.size(), this::scores));
    }

    private ToolCallDelta toolCall() {
        return random.nextBoolean()
                ? ToolCallDelta.start(count(), text(1, 30), text(1, 30))
                : ToolCallDelta.arguments(count(), text(0, 30));
    }

    private TokenScores scores() {
        return new TokenScores(scored(), list(0, 3, this::scored));
    }

    private ScoredToken scored() {
        byte[] bytes = new byte[random.nextInt(4)];
        random.nextBytes(bytes);
        return new ScoredToken(count(), -random.nextDouble() * 100, 1 + random.nextInt(9), TokenBytes.of(bytes));
    }

    private RequestId request() {
        return new RequestId(uuid());
    }

    private UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private NodeId node() {
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(64); i >= 0; i--) {
            name.append(NODE_CHARACTERS.charAt(random.nextInt(NODE_CHARACTERS.length())));
        }
        return new NodeId(name.toString());
    }

    private TokenIds tokens() {
        return TokenIds.of(
                random.ints(random.nextInt(40)).map(i -> i & Integer.MAX_VALUE).toArray());
    }

    private int count() {
        return switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> Integer.MAX_VALUE;
            case 2 -> 127 + random.nextInt(2);
            default -> random.nextInt() >>> (1 + random.nextInt(31));
        };
    }

    private long longCount() {
        return random.nextInt(4) == 0 ? Long.MAX_VALUE : random.nextLong() >>> (1 + random.nextInt(63));
    }

    private String text(int least, int most) {
        StringBuilder text = new StringBuilder();
        int length = least + random.nextInt(most - least + 1);
        for (int i = 0; i < length; i++) {
            int codePoint = switch (random.nextInt(4)) {
                case 0 -> random.nextInt(0x80);
                case 1 -> 0x1F600 + random.nextInt(0x50);
                case 2 -> random.nextInt(0xD800);
                default -> random.nextInt(Character.MAX_CODE_POINT + 1);
            };
            boolean surrogate = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
            text.appendCodePoint(surrogate ? 'x' : codePoint);
        }
        return text.toString();
    }

    private <T> List<T> list(int least, int most, Supplier<T> element) {
        List<T> values = new ArrayList<>();
        int size = least + random.nextInt(most - least + 1);
        for (int i = 0; i < size; i++) {
            values.add(element.get());
        }
        return values;
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
