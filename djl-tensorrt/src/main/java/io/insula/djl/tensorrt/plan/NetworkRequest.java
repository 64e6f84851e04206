package io.insula.djl.tensorrt.plan;

import io.insula.djl.tensorrt.cuda.DeviceInfo;
import io.insula.djl.tensorrt.network.Network;
import java.util.function.Consumer;

/**
 * One build of a network that is made layer by layer.
 *
 * @param name what messages and progress call it
 * @param writer fills the network; the memory of its constants must live until the build ends
 * @param device the GPU that kernels are measured on
 * @param options what is asked for: strongly typed, since writers say each type
 * @param times what earlier builds measured
 * @param progress whom to tell
 */
public record NetworkRequest(
        String name,
        Consumer<Network> writer,
        DeviceInfo device,
        BuildOptions options,
        KernelTimes times,
        BuildProgress progress) {

    public NetworkRequest {
        if (!options.stronglyTyped()) {
            throw new IllegalArgumentException(
                    "precision: " + options.precisions() + " (expected: typed, as networks are that a program writes)");
        }
    }
}
