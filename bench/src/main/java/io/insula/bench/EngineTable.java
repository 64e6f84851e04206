package io.insula.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints what the engine benchmark finds, ratios first. */
final class EngineTable {

    private static final String LINE = "%-34s %7s %22s %9s %22s %22s%n";

    private static final String SERVING = "%-38s %6s %17s %6s %21s %6s %17s %6s %17s%n";

    private final PrintWriter out;

    EngineTable(PrintWriter out) {
        this.out = out;
    }

    void machine(Machine machine, EngineBenchmarkOptions options) {
        out.println(machine.text());
        out.printf(
                Locale.ROOT,
                "medians of %d alternating blocks, %d decode steps each; perplexity of %d windows of %d tokens%n",
                options.repetitions(),
                options.steps(),
                options.windows(),
                Perplexity.WINDOW);
        out.println("ratio = llama.cpp's time / Insula's: above 1 Insula is faster");
        out.flush();
    }

    void settings(String type, Candidates.Best insula, Candidates.Best peer) {
        out.printf("%n%s, Insula: %s (tried: %s)%n", type, insula.settings(), insula.tried());
        out.printf("%s, llama.cpp: %s (tried: %s)%n", type, peer.settings(), peer.tried());
        out.flush();
    }

    void heading() {
        out.printf(LINE, "", "ratio", "wall ms", "CPU ratio", "CPU ms", "perplexity");
        out.printf(LINE, "", "", "Insula / llama.cpp", "", "Insula / llama.cpp", "Insula / llama.cpp");
        out.flush();
    }

    void row(BenchmarkFigure wall, BenchmarkFigure cpu, BenchmarkFigure perplexity) {
        out.printf(
                LINE, wall.name(), number(wall.ratio()), pair(wall), number(cpu.ratio()), pair(cpu), pair(perplexity));
        out.flush();
    }

    void servingHeading() {
        out.printf(
                SERVING,
                "",
                "ratio",
                "tokens/s",
                "ratio",
                "first token ms",
                "ratio",
                "gap p50 ms",
                "ratio",
                "gap p99 ms");
        out.flush();
    }

    /** Tokens a second, first token, median gap, high gap. */
    void servingRow(String name, List<BenchmarkFigure> figures) {
        List<Object> cells = new ArrayList<>(List.of(name));
        for (BenchmarkFigure figure : figures) {
            cells.add(number(figure.ratio()));
            cells.add(pair(figure));
        }
        out.printf(SERVING, cells.toArray());
        out.flush();
    }

    void newcomerRow(String name, List<BenchmarkFigure> figures) {
        for (BenchmarkFigure figure : figures) {
            out.printf("%s: %s %s (Insula / llama.cpp)%n", name, figure.unit(), pair(figure));
        }
        out.flush();
    }

    private static String pair(BenchmarkFigure figure) {
        return number(figure.insula()) + " / " + number(figure.peer());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
