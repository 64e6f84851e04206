package io.insula.api.http;

import io.insula.api.openai.AnswerWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the writer of an answer, and another when an engine of other numerics goes on with it: that is marked. */
final class AnswerWriters {

    private final Function<List<String>, AnswerWriter> writers;
    private final List<String> fingerprints = new ArrayList<>(1);
    private @Nullable AnswerWriter writer;

    /**
     * @param writers makes a writer from the fingerprints of the engines that worked on the answer
     */
    AnswerWriters(Function<List<String>, AnswerWriter> writers) {
        this.writers = writers;
    }

    /** An engine begins. */
    void begin(String fingerprint) {
        fingerprints.clear();
        goOn(fingerprint);
    }

    /** An engine of other numerics goes on. */
    void goOn(String fingerprint) {
        if (!fingerprints.contains(fingerprint)) {
            fingerprints.add(fingerprint);
            writer = writers.apply(List.copyOf(fingerprints));
        }
    }

    /** Null before an engine began. */
    @Nullable
    AnswerWriter current() {
        return writer;
    }
}
