package io.insula.inference.engine;

import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.KvScales;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the scales of eight-bit keys and values: a model reads a text with a float32 cache, and each channel's largest
 * magnitude, with some room above, becomes the largest number.
 *
 * <p><b>Source:</b> static symmetric quantisation by channel, as in Liu et al., "KIVI: a tuning-free asymmetric 2bit
 * quantization for KV cache", ICML 2024, section 3: keys have outliers in fixed channels, which must not set the others'
 * scale. The kernel takes one scale a channel for values, too.
 */
public final class KvCalibration {

    private static final Logger log = LoggerFactory.getLogger(KvCalibration.class);
    /** Text that was not seen may reach farther. */
    private static final float ROOM = 1.1f;

    private static final float LARGEST = 127;

    private KvCalibration() {}

    /**
     * Loads the model once, which takes as long as a start, and computes its scales.
     *
     * @param tokens what it reads: at least 2, at most its context
     */
    public static KvScales of(DecoderDescription decoder, EngineConfig config, int[] tokens) {
        long began = System.nanoTime();
        EngineConfig floats = config.withKvType(KvType.FLOAT32).withSlots(1, tokens.length);
        try (OnnxDecoderEngine engine = OnnxDecoderEngine.load(decoder, floats)) {
            engine.prefill(0, tokens, 0, tokens.length);
            List<float[]> scales = IntStream.range(0, 2 * decoder.shape().layers())
                    .mapToObj(block -> scales(engine.magnitudes(0, block)))
                    .toList();
            KvScales found = new KvScales(every(scales, 0), every(scales, 1));
            log.info(
                    "Eight-bit keys and values: calibrated on {} tokens in {} ms",
                    tokens.length,
                    (System.nanoTime() - began) / 1_000_000);
            return found;
        }
    }

    /** The text that models read. */
    public static String text() {
        try (InputStream in = KvCalibration.class.getResourceAsStream("calibration.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static float[] scales(float[] magnitudes) {
        float[] scales = new float[magnitudes.length];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = Math.max(Float.MIN_NORMAL, magnitudes[i] * ROOM / LARGEST);
        }
        return scales;
    }

    /** Blocks alternate: keys of a layer, its values. */
    private static List<float[]> every(List<float[]> blocks, int kind) {
        return IntStream.range(0, blocks.size() / 2)
                .mapToObj(layer -> blocks.get(2 * layer + kind))
                .toList();
    }
}
