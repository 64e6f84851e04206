package io.insula.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.bench.TextBenchmark.Figures;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TextBenchmarkIT {

    /** The processor time of an answer of 128 tokens among 16 streams is a second or more; text may take 3 % of it. */
    private static final double ALLOWED_MILLIS = 30;

    @Test
    void textIsASmallPartOfARequest() {
        TextBenchmark benchmark = new TextBenchmark(10);
        Figures figures = benchmark.run(Path.of(System.getProperty("insula.test.model", "")));
        assertThat(figures.promptTokens()).isBetween(700, 2000);
        assertThat(figures.template()).isPositive();
        assertThat(figures.tokenizer()).isPositive();
        assertThat(figures.detokenizer()).isPositive();
        assertThat(figures.sum() / 1e3).isBetween(0.01, ALLOWED_MILLIS);
        assertThat(benchmark.seen()).isPositive();
        StringWriter text = new StringWriter();
        TextBenchmark.print(figures, new PrintWriter(text));
        assertThat(text.toString()).contains(figures.promptTokens() + " tokens", "ms a request");
    }
}
