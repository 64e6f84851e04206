package io.insula.djl.tensorrt.gpu;

import ai.djl.util.JsonUtils;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Prints a line for each test as it ends, and keeps a file up to date that outlives a run that is cut off. */
final class GpuReport implements TestExecutionListener {

    private static final int REASON_CHARACTERS = 600;
    private static final int FRAMES = 4;

    private final PrintStream out;
    private final Path file;
    private final List<Result> results = new ArrayList<>();
    private final Map<String, Long> started = new HashMap<>();
    private final Set<String> told = new HashSet<>();

    GpuReport(PrintStream out, Path file) {
        this.out = out;
        this.file = file;
    }

    private enum Outcome {
        PASSED,
        FAILED,
        SKIPPED
    }

    private record Result(String test, Outcome outcome, double seconds, String reason) {}

    private record Run(String java, String machine, List<Result> tests, List<Figures.Figure> figures) {}

    @Override
    public void executionStarted(TestIdentifier test) {
        started.put(test.getUniqueId(), System.nanoTime());
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        add(test, Outcome.SKIPPED, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        switch (result.getStatus()) {
            case SUCCESSFUL -> {
                if (test.isTest()) {
                    add(test, Outcome.PASSED, "");
                }
            }
            case ABORTED -> add(test, Outcome.SKIPPED, reason(result));
            case FAILED -> add(test, Outcome.FAILED, reason(result));
        }
    }

    void printFigures() {
        out.println();
        for (Figures.Figure figure : Figures.noted()) {
            out.printf(Locale.ROOT, "%-62s %14.4g %s%n", figure.name(), figure.value(), figure.unit());
        }
        out.printf(
                "%n%d passed, %d failed, %d skipped; %s%n",
                count(Outcome.PASSED), count(Outcome.FAILED), count(Outcome.SKIPPED), file);
    }

    int exitCode() {
        if (count(Outcome.FAILED) > 0) {
            return 1;
        }
        return count(Outcome.SKIPPED) > 0 || results.isEmpty() ? 2 : 0;
    }

    private long count(Outcome outcome) {
        return results.stream().filter(result -> result.outcome() == outcome).count();
    }

    private void add(TestIdentifier test, Outcome outcome, String reason) {
        Long start = started.get(test.getUniqueId());
        double seconds = start == null ? 0 : (System.nanoTime() - start) / 1e9;
        Result result = new Result(name(test), outcome, seconds, reason);
        results.add(result);
        out.printf(Locale.ROOT, "%-8s %7.2f s  %s%s%n", outcome, seconds, result.test(), indented(reason));
        out.flush();
        save();
    }

    private void save() {
        Run run = new Run(
                Runtime.version().toString(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                results,
                Figures.noted());
        try {
            Files.writeString(file, JsonUtils.GSON_PRETTY.toJson(run) + System.lineSeparator());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(TestIdentifier test) {
        return test.getSource()
                .map(source -> switch (source) {
                    case MethodSource method ->
                        simple(method.getClassName()) + "." + method.getMethodName()
                                + (test.getDisplayName().startsWith("[") ? " " + test.getDisplayName() : "");
                    case ClassSource type -> simple(type.getClassName());
                    default -> test.getDisplayName();
                })
                .orElse(test.getDisplayName());
    }

    private static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    private static String reason(TestExecutionResult result) {
        return result.getThrowable()
                .map(failure -> {
                    StringBuilder text = new StringBuilder(String.valueOf(failure));
                    StackTraceElement[] frames = failure.getStackTrace();
                    for (int i = 0, shown = 0; i < frames.length && shown < FRAMES; i++) {
                        if (frames[i].getClassName().startsWith("io.insula.")) {
                            text.append(" at ").append(frames[i]);
                            shown++;
                        }
                    }
                    return text.toString();
                })
                .orElse("");
    }

    /** A reason that many tests share, such as a missing driver, is told once. */
    private String indented(String reason) {
        if (reason.isEmpty() || !told.add(reason)) {
            return "";
        }
        String shown = reason.length() > REASON_CHARACTERS ? reason.substring(0, REASON_CHARACTERS) + "..." : reason;
        return System.lineSeparator() + "           " + shown.replaceAll("\\s*\\R\\s*", " | ");
    }
}
