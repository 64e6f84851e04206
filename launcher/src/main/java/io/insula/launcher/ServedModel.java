package io.insula.launcher;

import io.insula.inference.LoadedModel;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.text.ChatTokenizer;
import io.insula.inference.text.ModelChatTokenizer;
import io.insula.inference.text.TokenizerSpec;
import io.insula.inference.weights.GgufFile;
import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.model.ModelCatalog;
import io.insula.launcher.model.ModelPull;
import io.insula.launcher.model.ModelStore;
import io.insula.launcher.terminal.Progress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The one base model of this process: fetched when it is missing, then read for the inference side. */
final class ServedModel implements AutoCloseable {

    private final Home home;
    private final InsulaConfig config;
    private @Nullable Path file;
    private @Nullable GgufFile weights;
    private @Nullable ChatTokenizer tokenizer;

    ServedModel(Home home, InsulaConfig config) {
        this.home = home;
        this.config = config;
        // Native libraries are unpacked under the home, and nothing is looked for on the network.
        System.setProperty("DJL_CACHE_DIR", home.nativeCache().toString());
        System.setProperty("ENGINE_CACHE_DIR", home.nativeCache().toString());
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    /** Brings the model's file here, with progress; returns at once when it is. */
    void fetch(Progress progress) {
        ModelCatalog catalog = ModelCatalog.standard();
        ModelStore store = new ModelStore(home.directory(), catalog);
        try {
            file = new ModelPull(store, catalog, progress).ensure(config.model());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("Interrupted while fetching " + config.model() + ".");
        }
    }

    /** Opens the file; the engine itself is made on its device thread. */
    synchronized LoadedModel load() {
        GgufFile opened = GgufFile.open(Objects.requireNonNull(file, "not fetched"));
        weights = opened;
        TokenizerSpec spec = TokenizerSpec.from(opened.metadata());
        ChatTokenizer text = new ModelChatTokenizer(spec, Clock.systemUTC());
        tokenizer = text;
        return new LoadedModel(
                config.model(),
                () -> OnnxDecoderEngine.load(opened, config.engine()),
                text,
                spec.fingerprint(),
                Math.toIntExact(opened.metadata().integer(opened.architecture() + ".context_length")));
    }

    @Override
    public synchronized void close() {
        if (tokenizer != null) {
            tokenizer.close();
        }
        if (weights != null) {
            weights.close();
        }
    }
}
