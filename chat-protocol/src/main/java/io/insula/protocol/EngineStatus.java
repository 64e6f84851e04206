package io.insula.protocol;

import java.util.List;

/**
 * An inference node's advertisement, published every second to {@link Addresses#INFERENCE_STATUS}; a lease of three
 * seconds for everything it says.
 *
 * @param node who speaks
 * @param newestVersion newest protocol version the node reads; senders use the lower of theirs and this
 * @param draining true once the node accepts nothing more
 * @param models what it serves
 */
public record EngineStatus(NodeId node, int newestVersion, boolean draining, List<ModelStatus> models) {

    public EngineStatus {
        models = List.copyOf(models);
    }
}
