package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.StreamPrompt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A sink that checks the order rules of every attempt as the frames arrive. */
public final class RecordedFrames implements FrameSink {

    record Attempt(RequestId request, int attempt) {}

    record Batch(NodeId node, int instance, List<StreamFrame> frames) {}

    private final List<Batch> batches = new ArrayList<>();
    private final Map<Attempt, List<StreamDelta>> deltas = new LinkedHashMap<>();
    private final Map<Attempt, List<StreamPrompt>> prompts = new HashMap<>();
    private final Map<Attempt, StreamEnd> ends = new HashMap<>();
    private final Map<Attempt, Integer> sequences = new HashMap<>();
    private final Map<Attempt, Integer> progress = new HashMap<>();

    @Override
    public void send(NodeId apiNode, int apiInstance, List<StreamFrame> frames) {
        batches.add(new Batch(apiNode, apiInstance, frames));
        for (StreamFrame frame : frames) {
            Attempt key = new Attempt(frame.request(), frame.attempt());
            assertThat(ends).as("frame after the end: %s", frame).doesNotContainKey(key);
            switch (frame) {
                case StreamDelta delta -> {
                    expectSequence(key, delta.sequence());
                    deltas.computeIfAbsent(key, k -> new ArrayList<>()).add(delta);
                }
                case StreamPrompt prompt -> {
                    expectSequence(key, prompt.sequence());
                    assertThat(deltas).as("prompt scores behind a delta").doesNotContainKey(key);
                    prompts.computeIfAbsent(key, k -> new ArrayList<>()).add(prompt);
                }
                case StreamProgress ignored -> progress.merge(key, 1, Integer::sum);
                case StreamEnd end -> {
                    expectSequence(key, end.sequence());
                    ends.put(key, end);
                }
            }
        }
    }

    List<Batch> batches() {
        return batches;
    }

    public StreamEnd end(RequestId request, int attempt) {
        return Objects.requireNonNull(ends.get(new Attempt(request, attempt)), () -> request + " has not ended");
    }

    public boolean ended(RequestId request, int attempt) {
        return ends.containsKey(new Attempt(request, attempt));
    }

    int endCount() {
        return ends.size();
    }

    int progress(RequestId request, int attempt) {
        return progress.getOrDefault(new Attempt(request, attempt), 0);
    }

    public List<StreamDelta> deltas(RequestId request, int attempt) {
        return deltas.getOrDefault(new Attempt(request, attempt), List.of());
    }

    List<StreamPrompt> prompts(RequestId request, int attempt) {
        return prompts.getOrDefault(new Attempt(request, attempt), List.of());
    }

    /** The tokens of one choice. */
    List<Integer> tokens(RequestId request, int attempt, int choice) {
        return deltas(request, attempt).stream()
                .filter(delta -> delta.choice() == choice)
                .flatMap(delta -> Arrays.stream(delta.tokens().toArray()).boxed())
                .toList();
    }

    public List<Integer> tokens(RequestId request, int attempt) {
        List<Integer> tokens = new ArrayList<>();
        deltas(request, attempt)
                .forEach(delta -> Arrays.stream(delta.tokens().toArray()).forEach(tokens::add));
        return tokens;
    }

    public List<String> texts(RequestId request, int attempt) {
        return deltas(request, attempt).stream().map(StreamDelta::text).toList();
    }

    private void expectSequence(Attempt key, int sequence) {
        assertThat(sequence).as("sequence of %s", key).isEqualTo(sequences.getOrDefault(key, 0));
        sequences.put(key, sequence + 1);
    }
}
