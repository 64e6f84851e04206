package io.insula.launcher.model;

import io.insula.inference.graph.DecoderShape;
import io.insula.inference.text.TokenizerSpec;
import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.ModelFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model's file says of itself.
 *
 * @param type decoder family and the type of most of its weights: {@code llama Q4_1}
 * @param contextTokens the longest prompt plus answer; 0 when it does not say
 * @param capabilities what it is good for
 */
public record ModelSummary(String type, long contextTokens, List<String> capabilities) {

    private static final String UNREADABLE = "unreadable: ";

    public ModelSummary {
        capabilities = List.copyOf(capabilities);
    }

    /** Reads a file's header, or a folder's configuration; what cannot be read is summed up by why. */
    public static ModelSummary of(Path path) {
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            DecoderShape shape = DecoderShape.of(checkpoint);
            String template = TokenizerSpec.from(checkpoint).chatTemplate();
            return new ModelSummary(
                    checkpoint.architecture() + " " + weightType(checkpoint),
                    shape.contextTokens(),
                    List.of(template == null ? "text" : "chat"));
        } catch (ModelFileException e) {
            return new ModelSummary(UNREADABLE + e.getMessage(), 0, List.of());
        }
    }

    /** Whether it can be served. */
    public boolean isReadable() {
        return !type.startsWith(UNREADABLE);
    }

    private static String weightType(Checkpoint file) {
        Map<String, Long> bytes = new HashMap<>();
        file.tensors()
                .forEach(tensor ->
                        bytes.merge(tensor.type().name(), tensor.data().byteSize(), Long::sum));
        return bytes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse("without weights");
    }
}
