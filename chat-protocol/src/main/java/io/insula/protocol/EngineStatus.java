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
 * @param oldestVersion oldest protocol version the node reads
 */
public record EngineStatus(
        NodeId node,
        int newestVersion,
        boolean draining,
        List<ModelStatus> models,
        List<EmbeddingStatus> embeddings,
        int oldestVersion) {

    /** What a node reads that says nothing of its oldest version. */
    public static final int UNSAID_OLDEST_VERSION = 2;

    public EngineStatus {
        models = List.copyOf(models);
        embeddings = List.copyOf(embeddings);
    }

    /** The status of a node that says only what those of version 2 do. */
    public EngineStatus(
            NodeId node,
            int newestVersion,
            boolean draining,
            List<ModelStatus> models,
            List<EmbeddingStatus> embeddings) {
        this(node, newestVersion, draining, models, embeddings, UNSAID_OLDEST_VERSION);
    }

    /** The status of a node without embedding models that says only what those of version 2 do. */
    public EngineStatus(NodeId node, int newestVersion, boolean draining, List<ModelStatus> models) {
        this(node, newestVersion, draining, models, List.of());
    }
}
