package io.insula.launcher;

import io.insula.inference.engine.DecoderEngine;

/**
 * What a program puts around each engine that it makes; the command line of the product puts nothing there.
 *
 * <p><b>Thread:</b> the engine's device thread.
 */
@FunctionalInterface
public interface EngineFitting {

    /** The engine as it is. */
    EngineFitting NONE = engine -> engine;

    DecoderEngine fit(DecoderEngine engine);
}
