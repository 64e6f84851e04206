package io.insula.djl.tensorrt.gpu;

import java.util.ArrayList;
import java.util.List;

/** What tests measure in passing, kept for the report of a run. */
public final class Figures {

    private static final List<Figure> NOTED = new ArrayList<>();

    private Figures() {}

    /**
     * One measured number.
     *
     * @param name what it is
     * @param value the number
     * @param unit its unit
     */
    record Figure(String name, double value, String unit) {}

    /** Keeps one. */
    public static synchronized void note(String name, double value, String unit) {
        NOTED.add(new Figure(name, value, unit));
    }

    static synchronized List<Figure> noted() {
        return List.copyOf(NOTED);
    }
}
