package io.insula.djl.tensorrt.plan;

import ai.djl.MalformedModelException;
import ai.djl.util.Progress;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import io.insula.djl.tensorrt.network.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Plans of networks that a program writes, from the same folder as those of ONNX files: built once for each content, GPU,
 * version of TensorRT and set of options.
 *
 * <p><b>Thread</b>: any.
 */
public final class CachedNetworkPlans {

    private final NetworkPlanBuilder builder;
    private final KeptPlans plans = new KeptPlans();

    /** Plans that a builder makes when the folder has none. */
    public CachedNetworkPlans(NetworkPlanBuilder builder) {
        this.builder = builder;
    }

    /**
     * The file of a plan.
     *
     * @param name what messages and progress call the network
     * @param content differs wherever anything differs that the writer writes, weights included
     * @param writer fills the network, if there is no plan of it; the memory of its constants must live until this returns
     * @param options how plans are built
     * @param caches where plans and kernel times are kept: {@code planCache}, {@code planCacheBytes}, {@code timingCache} and
     *     {@code progress}, as a loader of models takes them
     */
    public Path planOf(
            String name,
            String content,
            Consumer<Network> writer,
            DeviceInfo device,
            BuildOptions options,
            Map<String, ?> caches)
            throws IOException, MalformedModelException {
        CacheOptions folders = CacheOptions.parse(caches);
        Progress watcher = caches.get(CacheOptions.PROGRESS) instanceof Progress given ? given : BuildLines.logged();
        String version = builder.version();
        PlanKey key = PlanKey.of("network\0" + content, device, version, options);
        return plans.planOf(folders, key, name, channel -> {
            KernelTimes times = StoredKernelTimes.of(folders, device, version);
            builder.build(
                    new NetworkRequest(name, writer, device, options, times, new BuildProgress(watcher)), channel);
        });
    }
}
