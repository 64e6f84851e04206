package io.insula.chaos;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.insula.chaos.fault.Noticed;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Prints outcomes: a row each, and one last line of figures. */
final class OutcomeTable {

    private static final String ROW = "%-16s %6s %6s %5s %8s %7s %7s %7s %7s %9s %9s  %s";

    private final PrintWriter out;

    OutcomeTable(PrintWriter out) {
        this.out = out;
    }

    void print(ChaosOptions options, List<Outcome> outcomes) {
        line("");
        line(
                ROW,
                "scenario",
                "asked",
                "moved",
                "lost",
                "refused",
                "p50 s",
                "p99 s",
                "max s",
                "bound",
                "others s",
                "recomp.",
                "");
        for (Outcome outcome : outcomes) {
            boolean fast = options.model() == ChaosOptions.Model.TINY;
            line(
                    ROW,
                    outcome.scenario().title(),
                    outcome.asked(),
                    outcome.moved(),
                    outcome.lost(),
                    outcome.refused(),
                    seconds(outcome.moveStalls().at(50)),
                    seconds(outcome.moveStalls().at(99)),
                    seconds(outcome.moveStalls().most()),
                    fast
                            ? seconds(options.patience()
                                    * outcome.scenario().noticed().stall().toMillis()
                                    / 1000.0)
                            : "1.2x",
                    seconds(outcome.otherStalls().most()),
                    String.format(Locale.ROOT, "%.2fx", outcome.worstRecompute()),
                    outcome.isGood() ? "good" : outcome.complaints().size() + " WRONG");
        }
        line("p50, p99, max: longest wait between two events of each streamed answer that moved to another engine;");
        line(
                "others: the longest of those that were on their way and did not move; recomp.: the worst wait less the time to");
        line(
                "notice, as a multiple of what the same tokens took undisturbed; with the real model, of what it took to compute all that"
                        + " moved once more.");
        line(
                "chaos model=%s streams=%d seed=%d scenarios=%d asked=%d moved=%d lost=%d refused=%d wrong=%d"
                        + " crash_p99_s=%s silent_p99_s=%s result=%s",
                options.model().name().toLowerCase(Locale.ROOT),
                options.streams(),
                options.seed(),
                outcomes.size(),
                outcomes.stream().mapToInt(Outcome::asked).sum(),
                outcomes.stream().mapToInt(Outcome::moved).sum(),
                outcomes.stream().mapToInt(Outcome::lost).sum(),
                outcomes.stream().mapToInt(Outcome::refused).sum(),
                outcomes.stream()
                        .mapToInt(outcome -> outcome.complaints().size())
                        .sum(),
                worst(outcomes, Noticed.AT_ONCE),
                worst(outcomes, Noticed.BY_SILENCE),
                outcomes.stream().allMatch(Outcome::isGood) ? "good" : "WRONG");
    }

    private static String worst(List<Outcome> outcomes, Noticed noticed) {
        Stream<Outcome> like =
                outcomes.stream().filter(outcome -> outcome.scenario().noticed() == noticed);
        return seconds(
                like.mapToDouble(outcome -> outcome.moveStalls().at(99)).max().orElse(0));
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.2f", seconds);
    }

    @FormatMethod
    private void line(@FormatString String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments).stripTrailing());
        out.flush();
    }
}
