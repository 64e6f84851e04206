package io.insula.inference.engine.tensorrt;

import io.insula.inference.graph.DecoderShape;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/**
 * What a plan's numbers depend on beside its network.
 *
 * @param weights identifies the model's weights and the types that they were converted to
 * @param tensorRt the version of TensorRT
 * @param driver the version of CUDA that the driver supports
 * @param gpu the device's name
 */
public record GpuNumerics(String weights, String tensorRt, int driver, String gpu) {

    private static final int DIGITS = 32;

    /**
     * Equal for engines that give equal bits. TensorRT promises no bits for a row in another batch: where no trial has shown
     * them to be equal, no two engines have the same.
     */
    String fingerprint(DecoderShape decoder, PlanSignature plan, CacheLayout layout, boolean exact) {
        String all = String.join(
                "\0",
                weights,
                tensorRt,
                String.valueOf(driver),
                gpu,
                decoder.toString(),
                plan.type() + (plan.inPlace() ? " in place" : " appended"),
                "chunk " + plan.chunk(),
                layout.buckets().toString());
        String digest = HexFormat.of()
                .formatHex(sha256().digest(all.getBytes(StandardCharsets.UTF_8)))
                .substring(0, DIGITS);
        return "tensorrt-" + digest + (exact ? "" : "-inexact-" + UUID.randomUUID());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
