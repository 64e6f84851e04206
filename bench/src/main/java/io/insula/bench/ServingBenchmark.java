package io.insula.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What clients of a server see: tokens a second, the wait for the first token and the waits between tokens.
 *
 * <p>Both engines run behind the same scheduler; for the peer that is kinder than its own server, whose running streams wait
 * for whole prompts. Cases alternate between the two.
 */
final class ServingBenchmark {

    /** Streams that a newcomer disturbs, and their answers: long enough to be disturbed from begin to end. */
    private static final int DISTURBED = 4;

    private static final int NEWCOMER_PROMPT = 1_500;
    private static final int UNDISTURBED_TOKENS = 96;
    private static final int DISTURBED_TOKENS = 400;

    private final ServedEngine insula;
    private final ServedEngine peer;
    private final EngineTable table;
    private final List<BenchmarkFigure> figures = new ArrayList<>();

    ServingBenchmark(ServedEngine insula, ServedEngine peer, EngineTable table) {
        this.insula = insula;
        this.peer = peer;
        this.table = table;
    }

    private record Seen(double tokensPerSecond, double firstTokenMillis, Percentiles gaps) {}

    private record Disturbance(double medianRatio, double highRatio, double firstTokenRatio) {}

    List<BenchmarkFigure> run(String type, List<ServingCase> cases, boolean newcomer) throws InterruptedException {
        table.servingHeading();
        for (ServingCase each : cases) {
            Seen ours = measure(insula, each);
            Seen theirs = measure(peer, each);
            String name = type + " serving, " + each.title();
            List<BenchmarkFigure> row = List.of(
                    moreIsBetter(name, ours.tokensPerSecond(), theirs.tokensPerSecond(), "tokens/s"),
                    BenchmarkFigure.lessIsBetter(
                            name, ours.firstTokenMillis(), theirs.firstTokenMillis(), "ms to first token, mean"),
                    BenchmarkFigure.lessIsBetter(
                            name, ours.gaps().at(50), theirs.gaps().at(50), "ms between tokens, p50"),
                    BenchmarkFigure.lessIsBetter(
                            name, ours.gaps().at(99), theirs.gaps().at(99), "ms between tokens, p99"));
            figures.addAll(row);
            table.servingRow(name, row);
        }
        if (newcomer) {
            newcomer(type);
        }
        return figures;
    }

    private static BenchmarkFigure moreIsBetter(String name, double insula, double peer, String unit) {
        return new BenchmarkFigure(name, insula, peer, insula / peer, unit);
    }

    private static Seen measure(ServedEngine engine, ServingCase each) throws InterruptedException {
        List<StreamTimes> streams = new ArrayList<>();
        for (int stream = 0; stream < each.streams(); stream++) {
            streams.add(engine.begin(stream, each.promptTokens(), each.answerTokens()));
        }
        for (StreamTimes stream : streams) {
            ServedEngine.await(stream.ended());
        }
        long began = streams.getFirst().began();
        long ended = streams.stream().mapToLong(StreamTimes::lastArrival).max().orElseThrow();
        int tokens = streams.stream().mapToInt(StreamTimes::tokens).sum();
        return new Seen(
                tokens * 1e9 / (ended - began),
                streams.stream()
                        .mapToDouble(StreamTimes::firstTokenMillis)
                        .average()
                        .orElseThrow(),
                Percentiles.of(
                        streams.stream().map(stream -> stream.gapsMillis(began)).toList()));
    }

    /** A long prompt arrives while four streams run. */
    private void newcomer(String type) throws InterruptedException {
        Disturbance ours = disturbance(insula);
        Disturbance theirs = disturbance(peer);
        String name = type + " newcomer of " + NEWCOMER_PROMPT + " among " + DISTURBED;
        List<BenchmarkFigure> row = List.of(
                BenchmarkFigure.lessIsBetter(name, ours.medianRatio(), theirs.medianRatio(), "p50 gap / undisturbed"),
                BenchmarkFigure.lessIsBetter(name, ours.highRatio(), theirs.highRatio(), "p99 gap / undisturbed"),
                BenchmarkFigure.lessIsBetter(
                        name, ours.firstTokenRatio(), theirs.firstTokenRatio(), "first token / alone"));
        figures.addAll(row);
        table.newcomerRow(name, row);
    }

    private static Disturbance disturbance(ServedEngine engine) throws InterruptedException {
        StreamTimes alone = engine.begin(0, NEWCOMER_PROMPT, 2);
        ServedEngine.await(alone.ended());
        List<StreamTimes> quiet = runners(engine, UNDISTURBED_TOKENS);
        for (StreamTimes stream : quiet) {
            ServedEngine.await(stream.ended());
        }
        long allBegan = quiet.stream()
                .mapToLong(stream -> stream.began() + (long) (stream.firstTokenMillis() * 1e6))
                .max()
                .orElseThrow();
        Percentiles undisturbed = Percentiles.of(
                quiet.stream().map(stream -> stream.gapsMillis(allBegan + 1)).toList());

        List<StreamTimes> runners = runners(engine, DISTURBED_TOKENS);
        StreamTimes newcomer = engine.begin(DISTURBED, NEWCOMER_PROMPT, 2);
        ServedEngine.await(newcomer.ended());
        for (StreamTimes stream : runners) {
            ServedEngine.await(stream.ended());
        }
        long firstToken = newcomer.began() + (long) (newcomer.firstTokenMillis() * 1e6);
        Percentiles disturbed = Percentiles.of(runners.stream()
                .map(stream -> stream.gapsMillis(newcomer.began(), firstToken))
                .toList());
        return new Disturbance(
                disturbed.at(50) / undisturbed.at(50),
                disturbed.at(99) / undisturbed.at(99),
                newcomer.firstTokenMillis() / alone.firstTokenMillis());
    }

    /** Streams that have all begun to answer. */
    private static List<StreamTimes> runners(ServedEngine engine, int tokens) throws InterruptedException {
        List<StreamTimes> streams = new ArrayList<>();
        for (int stream = 0; stream < DISTURBED; stream++) {
            streams.add(engine.begin(stream, 64, tokens));
        }
        for (StreamTimes stream : streams) {
            ServedEngine.await(stream.begun());
        }
        return streams;
    }
}
