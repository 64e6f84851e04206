package io.insula.launcher.engine;

import io.insula.inference.InferenceConfig;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.text.ChatTokenizer;
import io.insula.inference.weights.Checkpoint;
import io.insula.launcher.model.ModelStore.StoredModel;
import java.time.Duration;

/** Where the engines of one inference node compute, and what that means for its models and limits. */
public interface EnginePlace {

    /** Tells places of one process apart, and is behind the node's name where there are several: {@code gpu0}. */
    String label();

    /** What a model takes of the place's memory while it is loaded. */
    long bytes(StoredModel model);

    /** The limits of an inference node whose engines are here. */
    InferenceConfig limits(InferenceConfig given);

    /** The longest that a first engine may take to open. */
    Duration patience();

    /**
     * Opens an engine.
     *
     * <p><b>Thread:</b> the engine's device thread.
     *
     * @param text of the model
     */
    DecoderEngine open(StoredModel model, Checkpoint checkpoint, ChatTokenizer text);

    /**
     * Told every now and then whether a step of an engine here does not end.
     *
     * <p><b>Thread:</b> one.
     */
    void hangs(boolean hopeless);
}
