package io.insula.inference.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StopStringsTest {

    @Test
    void holdsBackOnlyWhatCouldBeTheBeginningOfAStop() {
        StopStrings stops = new StopStrings(List.of("\n\nUser:", "END"));
        assertThat(stops.accept("Hello")).isEqualTo("Hello");
        assertThat(stops.accept(" E")).isEqualTo(" ");
        assertThat(stops.accept("N")).isEmpty();
        assertThat(stops.accept("ter")).isEqualTo("ENter");
        assertThat(stops.accept("\n")).isEmpty();
        assertThat(stops.accept("\n\nUs")).isEqualTo("\n");
        assertThat(stops.complete()).isFalse();
        assertThat(stops.accept("er: more")).isEmpty();
        assertThat(stops.complete()).isTrue();
        assertThat(stops.accept("and more")).isEmpty();
        assertThat(stops.flush()).isEmpty();
    }

    @Test
    void givesBackWhatItHeldWhenTheTextEnds() {
        StopStrings stops = new StopStrings(List.of("</s>"));
        assertThat(stops.accept("a</s")).isEqualTo("a");
        assertThat(stops.flush()).isEqualTo("</s");
        assertThat(stops.flush()).isEmpty();
    }

    @Test
    void passesEverythingWithoutStops() {
        StopStrings stops = new StopStrings(List.of());
        assertThat(stops.accept("anything")).isEqualTo("anything");
        assertThat(stops.flush()).isEmpty();
    }

    @Test
    void theStopThatIsCompleteFirstWinsAndOfThoseTheLongest() {
        assertThat(cutWhole("xabcd", List.of("abcd", "c"))).isEqualTo("xab");
        assertThat(cutWhole("xabcd", List.of("c", "abc"))).isEqualTo("x");
        assertThat(cutWhole("aaab", List.of("aab"))).isEqualTo("a");
    }

    @Test
    void neverCutsASurrogatePair() {
        String text = "😀x😁";
        StopStrings stops = new StopStrings(List.of("\uDE00x", "😁!"));
        assertThat(stops.accept(text)).isEqualTo("😀x");
        assertThat(stops.flush()).isEqualTo("😁");
    }

    @Test
    void refusesAnEmptyStop() {
        assertThatThrownBy(() -> new StopStrings(List.of("a", "")))
                .hasMessage("stop: '' (expected: non-empty strings)");
    }

    @Test
    void inAnyPiecesItFindsWhatASearchOfTheWholeTextFinds() {
        long seed = 5;
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            List<String> stops = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                stops.add(word(random, 1 + random.nextInt(4)));
            }
            String text = word(random, random.nextInt(30));
            StopStrings streaming = new StopStrings(stops);
            StringBuilder emitted = new StringBuilder();
            for (int from = 0; from < text.length(); ) {
                int to = Math.min(text.length(), from + 1 + random.nextInt(3));
                emitted.append(streaming.accept(text.substring(from, to)));
                from = to;
            }
            emitted.append(streaming.flush());
            assertThat(emitted.toString())
                    .as("round %d of seed %d: %s in %s", round, seed, stops, text)
                    .isEqualTo(cutBySearch(text, stops));
        }
    }

    private static String cutWhole(String text, List<String> stops) {
        StopStrings streaming = new StopStrings(stops);
        return streaming.accept(text) + streaming.flush();
    }

    /** The obvious computation: for every end, is there a stop that ends here? */
    private static String cutBySearch(String text, List<String> stops) {
        return IntStream.rangeClosed(1, text.length())
                .boxed()
                .flatMap(end -> stops.stream()
                        .filter(text.substring(0, end)::endsWith)
                        .map(stop -> end - stop.length())
                        .sorted()
                        .limit(1))
                .findFirst()
                .map(start -> text.substring(0, start))
                .orElse(text);
    }

    private static String word(Random random, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append((char) ('a' + random.nextInt(2)));
        }
        return word.toString();
    }
}
