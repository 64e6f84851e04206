package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.NumericsDigest;
import io.insula.inference.graph.DecoderShape;
import java.util.UUID;

/**
 * What a plan's numbers depend on beside its network.
 *
 * @param weights identifies the model's weights, the types that they were converted to and the plan that they are in
 * @param tensorRt the version of TensorRT
 * @param driver the version of CUDA that the driver supports
 * @param gpu the device's name
 */
public record GpuNumerics(String weights, String tensorRt, int driver, String gpu) {

    /**
     * Equal for engines that give equal bits. TensorRT promises no bits for a row in another batch: where no trial has shown
     * them to be equal, no two engines have the same.
     */
    String fingerprint(DecoderShape decoder, PlanSignature plan, CacheLayout layout, boolean exact) {
        NumericsDigest digest = new NumericsDigest();
        digest.add(weights);
        digest.add(tensorRt);
        digest.add("driver " + driver);
        digest.add(gpu);
        digest.add(decoder.toString());
        digest.add(plan.type() + (plan.inPlace() ? " in place" : " appended"));
        digest.add("chunk " + plan.chunk());
        digest.add(layout.buckets().toString());
        return "tensorrt-" + digest.value() + (exact ? "" : "-inexact-" + UUID.randomUUID());
    }
}
