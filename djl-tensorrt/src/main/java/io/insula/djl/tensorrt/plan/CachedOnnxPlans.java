package io.insula.djl.tensorrt.plan;

import ai.djl.MalformedModelException;
import ai.djl.util.Progress;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Map;

/**
 * Plans from a folder, built once for each model, GPU, version of TensorRT and set of options.
 *
 * <p><b>Thread</b>: any.
 */
public final class CachedOnnxPlans implements OnnxPlans {

    private final PlanBuilder builder;
    private final KeptPlans plans = new KeptPlans();

    /** Plans that a builder makes when the folder has none. */
    public CachedOnnxPlans(PlanBuilder builder) {
        this.builder = builder;
    }

    @Override
    public Path planOf(Path onnx, DeviceInfo device, Map<String, ?> options)
            throws IOException, MalformedModelException {
        CacheOptions caches = CacheOptions.parse(options);
        BuildOptions wanted = BuildOptions.parse(options);
        Progress watcher = options.get(CacheOptions.PROGRESS) instanceof Progress given ? given : BuildLines.logged();
        String version = builder.version();
        String content = OnnxDigest.of(onnx);
        PlanKey key = PlanKey.of(content, device, version, wanted);
        return plans.planOf(caches, key, onnx, channel -> {
            KernelTimes times = StoredKernelTimes.of(caches, device, version);
            build(new BuildRequest(onnx, device, wanted, times, new BuildProgress(watcher)), content, channel);
        });
    }

    /** Whoever exports the model anew meanwhile must not leave a plan under the name of what was there before. */
    private void build(BuildRequest request, String content, WritableByteChannel target)
            throws IOException, MalformedModelException {
        builder.build(request, target);
        if (!OnnxDigest.of(request.onnx()).equals(content)) {
            throw new MalformedModelException(request.onnx()
                    + " was changed while it was compiled (expected: a file that stays as it is); load it again");
        }
    }
}
