package io.insula.inference.graph.tensorrt;

import java.util.Map;

/** Something that runs a decoder's network: an interpreter, or a device. */
@FunctionalInterface
public interface NetworkRun {

    /**
     * Runs the network once.
     *
     * @param inputs all inputs by name; caches that the network updates are written in place
     * @return all outputs by name; those that alias an input lie in its memory
     */
    Map<String, HostTensor> run(Map<String, HostTensor> inputs);
}
