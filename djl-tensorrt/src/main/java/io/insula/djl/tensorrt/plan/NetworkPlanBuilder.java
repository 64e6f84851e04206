package io.insula.djl.tensorrt.plan;

import ai.djl.MalformedModelException;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * Compiles networks that are made layer by layer.
 *
 * <p><b>Thread</b>: any; a build blocks its caller and keeps the device busy. Networks are written on the caller's thread.
 *
 * <p><b>Errors</b>: {@link MalformedModelException} when the network cannot be compiled, with TensorRT's text;
 * {@link ai.djl.engine.EngineException} where TensorRT refuses a layer at once; {@link IllegalArgumentException} for options that
 * do not fit the network.
 */
public interface NetworkPlanBuilder {

    /** The version of TensorRT that plans are for, for example {@code 10.15.1}. */
    String version();

    /** Whether networks can have layers for attention, rotation and caches: from TensorRT 10.15 on. */
    boolean attentionLayers();

    /** Builds a plan and writes it. */
    void build(NetworkRequest request, WritableByteChannel target) throws IOException, MalformedModelException;
}
