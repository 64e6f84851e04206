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
 * @param embeddings its embedding models
 */
public record EngineStatus(
        NodeId node, int newestVersion, boolean draining, List<ModelStatus> models, List<EmbeddingStatus> embeddings) {

    public EngineStatus {
        models = List.copyOf(models);
        embeddings = List.copyOf(embeddings);
    }

    /** The status of a node without embedding models. */
    public EngineStatus(NodeId node, int newestVersion, boolean draining, List<ModelStatus> models) {
        this(node, newestVersion, draining, models, List.of());
    }
}
