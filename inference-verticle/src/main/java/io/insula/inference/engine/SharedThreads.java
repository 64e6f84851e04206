package io.insula.inference.engine;

import ai.djl.engine.Engine;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The computing threads that all models of a process share, as many and as busy as the first one asked for.
 *
 * <p>A session that may use fewer threads, or asks for other waiting, gets threads of its own: the runtime cannot cap a session
 * within the pool, and a row's bits depend on the threads of a session with fewer heads.
 *
 * <p><b>Thread:</b> any.
 */
public final class SharedThreads {

    private static final Logger LOG = LoggerFactory.getLogger(SharedThreads.class);

    private record Pool(int threads, boolean spinning) {}

    private static @Nullable Pool pool;

    private SharedThreads() {}

    /**
     * DJL's engine over ONNX Runtime, which is started with a shared pool if it is not yet. DJL creates the runtime's
     * environment with default threads unless there is one, so nobody may ask for DJL's engine elsewhere.
     *
     * @param threads as in {@link EngineConfig}, before a model's heads lower them
     * @param spinning whether idle threads wait busily
     */
    public static synchronized Engine runtime(int threads, boolean spinning) {
        // Otherwise DJL reports its first use to its makers, and loads whatever other engine it finds beside this one.
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.onnx.disable_alternative", "true");
        if (pool != null) {
            return Engine.getEngine("OnnxRuntime");
        }
        Pool made = new Pool(all(threads), spinning);
        NativeEnvironment environment = NativeEnvironment.create(made.threads, spinning);
        try {
            // It takes a reference of its own.
            Engine engine = Engine.getEngine("OnnxRuntime");
            pool = made;
            LOG.info("computing threads: {} for all models, spinning {}", made.threads, spinning ? "on" : "off");
            return engine;
        } finally {
            environment.release();
        }
    }

    /**
     * Lets a session compute on the shared threads if they are as many and as busy as it needs, else on its own.
     *
     * @param threads exactly as many as the session uses, the calling one included
     */
    public static synchronized void give(OrtSession.SessionOptions options, int threads, boolean spinning)
            throws OrtException {
        if (new Pool(threads, spinning).equals(pool)) {
            options.disablePerSessionThreads();
        } else {
            options.setIntraOpNumThreads(threads);
            options.addConfigEntry("session.intra_op.allow_spinning", spinning ? "1" : "0");
        }
        options.setInterOpNumThreads(1);
    }

    /** Resolves a configured number of threads: 0 is one for each processor. */
    public static int all(int threads) {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
