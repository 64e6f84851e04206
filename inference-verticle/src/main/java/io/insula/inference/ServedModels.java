package io.insula.inference;

import io.insula.inference.embed.EmbeddingModel;
import io.insula.inference.models.LoadableModel;
import io.insula.inference.models.OpenModel;
import io.insula.protocol.ModelName;
import java.util.List;

/**
 * What an inference node serves.
 *
 * @param decoders base models, loaded when a command names them
 * @param atStart those that are loaded before the node says that it is there
 * @param embeddings embedding models
 */
public record ServedModels(List<LoadableModel> decoders, List<ModelName> atStart, List<EmbeddingModel> embeddings) {

    public ServedModels {
        decoders = List.copyOf(decoders);
        atStart = List.copyOf(atStart);
        embeddings = List.copyOf(embeddings);
    }

    /** The same, none of them loaded before a command names it. */
    public ServedModels onDemand() {
        return new ServedModels(decoders, List.of(), embeddings);
    }

    /** Models that are open already; they are loaded at the start and take nothing of the memory budget. */
    static ServedModels loaded(List<LoadedModel> models) {
        return new ServedModels(
                models.stream().map(ServedModels::loadable).toList(),
                models.stream().map(LoadedModel::name).toList(),
                List.of());
    }

    private static LoadableModel loadable(LoadedModel model) {
        OpenModel open = new OpenModel(
                model.engines(), model.tokenizer(), model.textFingerprint(), model.contextTokens(), () -> {});
        return new LoadableModel(List.of(model.name()), 0, model.contextTokens(), () -> open);
    }
}
