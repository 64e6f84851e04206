package io.insula.djl.tensorrt.nvinfer;

/**
 * Hears how long each layer of a run took. A layer is what is left of the network's after TensorRT has fused them, mostly one kernel.
 *
 * <p><b>Thread:</b> the one that enqueues the run.
 */
@FunctionalInterface
public interface LayerTimes {

    /**
     * One layer of the run, in the order of their running.
     *
     * @param layer TensorRT's name for it
     * @param millis of its execution on the device
     */
    void took(String layer, float millis);
}
