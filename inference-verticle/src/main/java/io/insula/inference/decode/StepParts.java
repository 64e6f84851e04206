package io.insula.inference.decode;

import io.insula.inference.decode.parts.PartSink;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.ToolCallDelta;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the parts that one token of a choice brings, and sees whether one of them ends the choice.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
final class StepParts implements PartSink {

    private final CallIds ids;
    private final StopStrings stops;
    private final boolean parallel;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<ToolCallDelta> calls = new ArrayList<>();
    private boolean searched;
    private int begun;
    private int ended;
    private boolean over;

    /**
     * @param parallel whether the choice goes on behind its first call
     */
    StepParts(CallIds ids, StopStrings stops, boolean parallel) {
        this.ids = ids;
        this.stops = stops;
        this.parallel = parallel;
    }

    /**
     * Another token comes.
     *
     * @param stoppable whether stop strings are looked for in its text
     */
    void begin(boolean stoppable) {
        searched = stoppable;
        text.setLength(0);
        reasoning.setLength(0);
        calls.clear();
    }

    @Override
    public void reasoning(String more) {
        reasoning.append(more);
    }

    @Override
    public void content(String more) {
        if (!over) {
            text.append(searched ? stops.accept(more) : more);
            over = stops.complete();
        }
    }

    @Override
    public void callBegins(String name) {
        if (!over) {
            calls.add(ToolCallDelta.start(begun, ids.of(begun), name));
            begun++;
        }
    }

    @Override
    public void arguments(String fragment) {
        if (!over) {
            calls.add(ToolCallDelta.arguments(begun - 1, fragment));
        }
    }

    @Override
    public void callEnds(boolean whole) {
        if (!over) {
            ended += whole ? 1 : 0;
            if (!parallel) {
                flush();
                over = true;
            }
        }
    }

    /** The choice ends: text that may have been the beginning of a stop string is text. */
    void flush() {
        if (!over) {
            text.append(stops.flush());
        }
    }

    /** Whether a stop string or the only call is complete: nothing that follows counts. */
    boolean over() {
        return over;
    }

    /** Whether there are calls, and all of them are complete. */
    boolean called() {
        return begun > 0 && ended == begun;
    }

    ChoiceDecoder.Step step(@Nullable FinishReason finish) {
        return new ChoiceDecoder.Step(text.toString(), reasoning.toString(), calls, finish);
    }
}
