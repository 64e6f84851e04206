package io.insula.inference.engine.tensorrt;

import ai.djl.MalformedModelException;
import ai.djl.util.Progress;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.plan.BuildOptions;
import io.insula.djl.tensorrt.plan.CachedNetworkPlans;
import io.insula.djl.tensorrt.plan.HardwareCompatibility;
import io.insula.djl.tensorrt.plan.NetworkPlanBuilder;
import io.insula.djl.tensorrt.plan.Refit;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.tensorrt.DecoderNetwork;
import io.insula.inference.graph.tensorrt.Dialect;
import io.insula.inference.graph.tensorrt.NetworkOptions;
import io.insula.inference.graph.tensorrt.StepLimits;
import io.insula.inference.graph.tensorrt.TensorRtGraphWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decoders' plans: each is built once for its weights, its options, the kind of GPU and the version of TensorRT.
 *
 * <p><b>Thread:</b> any; building blocks the caller for minutes.
 */
final class DecoderPlans {

    private static final Logger LOG = LoggerFactory.getLogger(DecoderPlans.class);

    private final NetworkPlanBuilder builder;
    private final CachedNetworkPlans plans;
    private final ToLongFunction<Path> freeOfDisk;

    DecoderPlans(NetworkPlanBuilder builder) {
        this(builder, DecoderPlans::freeOfDisk);
    }

    /**
     * Plans on some disk.
     *
     * @param freeOfDisk how many bytes may yet be written to a folder
     */
    DecoderPlans(NetworkPlanBuilder builder, ToLongFunction<Path> freeOfDisk) {
        this.builder = builder;
        this.freeOfDisk = freeOfDisk;
        this.plans = new CachedNetworkPlans(builder);
    }

    /** Refuses what this version of TensorRT cannot build. */
    void requireLayers(PlanConfig building) {
        if (building.dialect() == Dialect.LAYERS && !builder.attentionLayers()) {
            throw new IllegalArgumentException("dialect: LAYERS with TensorRT " + builder.version()
                    + " (expected: PORTABLE before TensorRT 10.15)");
        }
    }

    /** What the cache looks like with as many slots. */
    static CacheLayout layout(DecoderShape shape, ElementType type, int slots, TensorRtConfig config) {
        int slotTokens = Math.min(config.slotTokens(), shape.contextTokens());
        return CacheLayout.of(shape, Math.toIntExact(type.bytes(1)), slots, config.leastBucket(), slotTokens);
    }

    /**
     * The file of a plan, built if it is not there.
     *
     * @param type what is computed with
     * @param digest of the weights
     * @param progress is told how far a build came; null: the log is
     */
    Path planOf(
            String name,
            DecoderDescription decoder,
            ElementType type,
            String digest,
            DeviceInfo device,
            TensorRtConfig config,
            PlanConfig building,
            @Nullable Progress progress)
            throws IOException, MalformedModelException {
        DecoderShape shape = decoder.shape();
        LengthBuckets lengths = layout(shape, type, 1, config).buckets();
        NetworkOptions options = (building.dialect() == Dialect.LAYERS
                        ? NetworkOptions.layers(type, lengths.most(), lengths.most())
                        : NetworkOptions.portable(type, lengths.most()))
                .withTop(building.candidates())
                .withWeights(building.weights());
        boolean fixed = building.dialect() == Dialect.LAYERS;
        // No run appends more than a slot holds, and no update may be longer than its cache.
        int chunk = Math.min(building.chunk(), lengths.most());
        StepLimits wanted = new StepLimits(
                config.maxSlots(),
                chunk,
                Math.min(building.scored(), chunk),
                fixed ? lengths.most() : lengths.least(),
                lengths.most());
        StepLimits limits = wanted.within(shape);
        if (!limits.equals(wanted)) {
            LOG.warn(
                    "{}: {} slots instead of {} and runs of {} prompt tokens instead of {}, since TensorRT has no larger"
                            + " tensors for slots of {} tokens",
                    name,
                    limits.rows(),
                    wanted.rows(),
                    limits.chunk(),
                    wanted.chunk(),
                    limits.mostLength());
        }
        String content =
                String.join("\0", "decoder " + DecoderNetwork.VERSION, digest, shape.toString(), options.toString());
        try (Arena constants = Arena.ofShared()) {
            return plans.planOf(
                    name,
                    content,
                    network -> {
                        requireDisk(
                                name, new DecoderWeights(decoder).bytes(building.weights(), type), building.folder());
                        TensorRtGraphWriter.write(decoder, options, network, constants);
                    },
                    device,
                    options(limits, shape, building),
                    caches(building, progress));
        }
    }

    /** A plan holds the weights; one that cannot be written would cost its minutes for nothing, and again with the next try. */
    private void requireDisk(String name, long weightBytes, Path folder) {
        long free = freeOfDisk.applyAsLong(folder);
        if (weightBytes > free) {
            throw new IllegalArgumentException(
                    "disk of " + folder + ": " + (free >> 20) + " MiB free (expected: more than the" + " plan of "
                            + name + ", which has at least " + ((weightBytes >> 20) + 1) + " MiB)");
        }
    }

    private static long freeOfDisk(Path folder) {
        try {
            FileStore disk = Files.getFileStore(folder);
            // Some file systems tell nothing of their size.
            return disk.getTotalSpace() == 0 ? Long.MAX_VALUE : disk.getUsableSpace();
        } catch (IOException e) {
            LOG.debug("what is free of {} is not known", folder, e);
            return Long.MAX_VALUE;
        }
    }

    /** One stream, since a captured step has one; float32 stays float32. */
    private static BuildOptions options(StepLimits limits, DecoderShape shape, PlanConfig building) {
        return new BuildOptions(
                limits.profiles(shape),
                Set.of(),
                false,
                0,
                building.optimizationLevel(),
                0,
                HardwareCompatibility.NONE,
                false,
                Refit.NONE,
                false);
    }

    private static Map<String, Object> caches(PlanConfig building, @Nullable Progress progress) {
        Map<String, Object> caches = new HashMap<>(Map.of(
                "planCache", building.folder().resolve("plans"),
                "planCacheBytes", building.folderBytes(),
                "timingCache", building.folder().resolve("timings")));
        if (progress != null) {
            caches.put("progress", progress);
        }
        return caches;
    }
}
