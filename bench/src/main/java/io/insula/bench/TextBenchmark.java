package io.insula.bench;

import io.insula.inference.decode.AnswerPlan;
import io.insula.inference.decode.CallIds;
import io.insula.inference.decode.ChoiceDecoder;
import io.insula.inference.text.Conversation;
import io.insula.inference.text.ModelChatTokenizer;
import io.insula.inference.text.TokenizerSpec;
import io.insula.inference.weights.Checkpoint;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.RequestId;
import io.insula.protocol.StopConditions;
import io.insula.protocol.TokenIds;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Processor time that a request spends on text: the chat template, the tokenizer, and the way back.
 *
 * <p>The conversation has ten messages, the answer 128 tokens and one stop string. Medians of nine rounds after as many
 * uncounted ones; all of it runs on the calling thread.
 */
final class TextBenchmark {

    private static final int ROUNDS = 9;
    private static final int MESSAGES = 10;
    private static final int ANSWER = 128;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final String TEXT =
            "The harbour was quiet when the ferry came in, and nobody on the quay had expected"
                    + " it before noon. She asked whether the letters had come; they had not, said the clerk, who was counting"
                    + " crates marked \"tea\" & 'sugar'. ";

    /**
     * Microseconds of one request.
     *
     * @param promptTokens how many the tokenizer gave
     */
    record Figures(double template, double tokenizer, double detokenizer, int promptTokens) {

        double sum() {
            return template + tokenizer + detokenizer;
        }
    }

    private interface Work {
        int run();
    }

    private final int repetitions;
    private int seen;

    /**
     * @param repetitions requests in a round
     */
    TextBenchmark(int repetitions) {
        this.repetitions = repetitions;
    }

    Figures run(Path model) {
        TokenizerSpec spec;
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            spec = TokenizerSpec.from(checkpoint);
        }
        try (ModelChatTokenizer tokenizer = new ModelChatTokenizer(spec, Clock.systemUTC())) {
            Conversation conversation = Conversation.of(messages());
            int[] answer = Arrays.copyOf(tokenizer.encodeText(TEXT.repeat(ANSWER)), ANSWER);
            double template =
                    micros(() -> tokenizer.render(conversation).spans().size());
            double prompt = micros(() -> tokenizer.prompt(conversation).tokens().size());
            double detokenizer = micros(() -> decode(tokenizer, answer));
            int tokens = tokenizer.prompt(conversation).tokens().size();
            return new Figures(template, Math.max(0, prompt - template), detokenizer, tokens);
        }
    }

    private static List<ChatMessage> messages() {
        List<ChatMessage> messages = new ArrayList<>();
        messages.add(new ChatMessage("system", "You are a helpful assistant. " + TEXT));
        for (int i = 1; i < MESSAGES; i++) {
            String role = i % 2 == 1 ? "user" : "assistant";
            messages.add(new ChatMessage(role, "Turn " + i + ". " + TEXT.repeat(1 + i % 3)));
        }
        return messages;
    }

    private static int decode(ModelChatTokenizer tokenizer, int[] answer) {
        StopConditions conditions = new StopConditions(ANSWER + 1, 0, List.of("\nUser:"), TokenIds.EMPTY, false);
        ChoiceDecoder decoder = new ChoiceDecoder(
                tokenizer, AnswerPlan.TEXT, new CallIds(new RequestId(new UUID(0, 0)), 0), conditions, ANSWER + 1);
        int chars = 0;
        for (int token : answer) {
            chars += decoder.accept(token).text().length();
        }
        return chars;
    }

    private double micros(Work work) {
        double[] rounds = new double[2 * ROUNDS];
        for (int round = 0; round < rounds.length; round++) {
            long before = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < repetitions; i++) {
                seen += work.run();
            }
            rounds[round] = (THREADS.getCurrentThreadCpuTime() - before) / 1e3 / repetitions;
        }
        double[] counted = Arrays.copyOfRange(rounds, ROUNDS, rounds.length);
        Arrays.sort(counted);
        return counted[ROUNDS / 2];
    }

    /** Whatever the work gave, so that nothing of it can be left out. */
    int seen() {
        return seen;
    }

    static void print(Figures figures, PrintWriter out) {
        out.printf(
                "template %.0f µs, tokenizer %.0f µs (%d tokens), detokenizer %.0f µs (%d tokens): %.2f ms a request%n",
                figures.template(),
                figures.tokenizer(),
                figures.promptTokens(),
                figures.detokenizer(),
                ANSWER,
                figures.sum() / 1e3);
        out.flush();
    }
}
