package io.insula.inference.models;

import io.insula.protocol.ModelName;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * A model that a node can load when a command names it.
 *
 * @param names what commands may call it: its own name, then its aliases
 * @param bytes what it takes of the memory budget while it is loaded: weights and cache
 * @param contextTokens longest prompt plus answer, as far as it is known before it is loaded
 * @param opener reads its file; called on a worker each time that it is loaded
 */
public record LoadableModel(List<ModelName> names, long bytes, int contextTokens, Callable<OpenModel> opener) {

    public LoadableModel {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("names: [] (expected: at least one)");
        }
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 0)");
        }
    }

    public ModelName name() {
        return names.getFirst();
    }
}
