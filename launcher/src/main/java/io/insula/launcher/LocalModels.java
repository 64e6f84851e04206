package io.insula.launcher;

import io.insula.inference.ServedModels;
import io.insula.inference.embed.AllMiniLm;
import io.insula.inference.embed.EmbeddingModel;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.models.LoadableModel;
import io.insula.inference.models.OpenModel;
import io.insula.inference.text.ChatTokenizer;
import io.insula.inference.text.ModelChatTokenizer;
import io.insula.inference.text.TokenizerSpec;
import io.insula.inference.weights.Checkpoint;
import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.engine.EnginePlace;
import io.insula.launcher.model.ModelAliases;
import io.insula.launcher.model.ModelCatalog;
import io.insula.launcher.model.ModelPull;
import io.insula.launcher.model.ModelStore;
import io.insula.launcher.model.ModelStore.StoredModel;
import io.insula.launcher.model.ModelSummary;
import io.insula.launcher.terminal.Progress;
import io.insula.protocol.ModelName;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The models of this home, for the inference side: the one of the settings is loaded at the start, the others on demand. */
final class LocalModels {

    private static final Logger LOG = LoggerFactory.getLogger(LocalModels.class);

    private final InsulaConfig config;
    private final EngineFitting fitting;
    private final ModelStore store;
    private final Map<ModelName, ModelName> aliases;

    LocalModels(Home home, InsulaConfig config, EngineFitting fitting) {
        this.config = config;
        this.fitting = fitting;
        this.store = new ModelStore(home.directory(), ModelCatalog.standard());
        this.aliases = new ModelAliases(home.directory()).all();
        // Native libraries are unpacked under the home, and nothing is looked for on the network.
        System.setProperty("DJL_CACHE_DIR", home.nativeCache().toString());
        System.setProperty("ENGINE_CACHE_DIR", home.nativeCache().toString());
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    /** Brings the first model's file here, with progress; returns at once when it is. */
    void fetch(Progress progress) {
        try {
            new ModelPull(store, ModelCatalog.standard(), progress).ensure(atStart());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("Interrupted while fetching " + config.model() + ".");
        }
    }

    /**
     * Every model that is here, under its own name and its aliases.
     *
     * @param place where its engines compute
     * @param embeddings whether the embedding model is served, too, if the settings want it; the processors compute it
     */
    ServedModels served(EnginePlace place, boolean embeddings) {
        List<LoadableModel> decoders = new ArrayList<>();
        for (StoredModel stored : store.list()) {
            ModelSummary summary = ModelSummary.of(stored.file());
            if (summary.isReadable()) {
                decoders.add(loadable(stored, summary, place));
            } else {
                LOG.warn("Model {} is left out: {}", stored.name(), summary.type());
            }
        }
        boolean embeds = embeddings && config.embeddingModel();
        return new ServedModels(decoders, List.of(atStart()), embeds ? List.of(embedding()) : List.of());
    }

    private ModelName atStart() {
        return aliases.getOrDefault(config.model(), config.model());
    }

    private EmbeddingModel embedding() {
        EmbeddingModel model = AllMiniLm.model(config.engine());
        List<ModelName> names = new ArrayList<>(model.names());
        model.names().forEach(name -> names.addAll(aliasesOf(name)));
        return model.named(names);
    }

    private LoadableModel loadable(StoredModel stored, ModelSummary summary, EnginePlace place) {
        List<ModelName> names = new ArrayList<>(List.of(stored.name()));
        names.addAll(aliasesOf(stored.name()));
        return new LoadableModel(
                names,
                place.bytes(stored),
                Math.clamp(summary.contextTokens(), 2, config.engine().slotTokens()),
                () -> open(stored, place));
    }

    private List<ModelName> aliasesOf(ModelName model) {
        return aliases.entrySet().stream()
                .filter(alias -> alias.getValue().equals(model))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Opens a model; the engine itself is made on its device thread. */
    private OpenModel open(StoredModel stored, EnginePlace place) {
        Checkpoint checkpoint = Checkpoint.open(stored.file());
        try {
            TokenizerSpec spec = TokenizerSpec.from(checkpoint);
            int contextTokens = DecoderShape.of(checkpoint).contextTokens();
            ChatTokenizer text = new ModelChatTokenizer(spec, Clock.systemUTC());
            return new OpenModel(
                    () -> fitting.fit(place.open(stored, checkpoint, text)),
                    text,
                    spec.fingerprint(),
                    contextTokens,
                    () -> {
                        text.close();
                        checkpoint.close();
                    });
        } catch (RuntimeException | Error e) {
            checkpoint.close();
            throw e;
        }
    }
}
