package io.insula.inference.graph;

import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.ModelFileException;
import io.insula.inference.weights.ModelTensor;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Notices which tensors of a checkpoint a description asks for, without computing anything. */
final class UsedTensors implements Weights {

    /** Read with the hyperparameters, not by a description. */
    private static final String ROPE_DIVISORS = "rope_freqs.weight";

    private final Checkpoint checkpoint;
    private final Set<String> used = new HashSet<>(Set.of(ROPE_DIVISORS));

    UsedTensors(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    @Override
    public Optional<ModelTensor> find(String name) {
        used.add(name);
        return checkpoint.find(name);
    }

    /** Refuses a checkpoint with a tensor that was not asked for. */
    void requireAll() {
        List<String> unused = checkpoint.tensors().stream()
                .map(ModelTensor::name)
                .filter(name -> !used.contains(name))
                .toList();
        if (!unused.isEmpty()) {
            throw new ModelFileException(checkpoint.path().getFileName() + ": " + unused.size()
                    + " tensors that the architecture " + checkpoint.architecture() + " has no use for, the first "
                    + unused.getFirst() + " (expected: none)");
        }
    }
}
