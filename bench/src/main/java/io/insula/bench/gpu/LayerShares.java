package io.insula.bench.gpu;

import io.insula.djl.tensorrt.nvinfer.LayerTimes;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where the time of a step goes: its layers' times, added up over those that are alike but for numbers in their names.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class LayerShares implements LayerTimes {

    /** TensorRT's numbering of what it fused. */
    private static final Pattern PLACE = Pattern.compile("_myl\\d+_\\d+$");

    private static final Pattern NUMBER = Pattern.compile("\\d+");

    /**
     * Layers that are alike.
     *
     * @param name with {@code #} in the place of numbers
     * @param count of a step
     * @param millis of all of them
     */
    record Share(String name, int count, double millis) {

        private Share with(Share other) {
            return new Share(name, count + other.count, millis + other.millis);
        }
    }

    private final Map<String, Share> shares = new LinkedHashMap<>();

    @Override
    public void took(String layer, float millis) {
        String name = NUMBER.matcher(PLACE.matcher(layer).replaceFirst("")).replaceAll("#");
        shares.merge(name, new Share(name, 1, millis), Share::with);
    }

    /** The longest first. */
    List<Share> shares() {
        return shares.values().stream()
                .sorted(Comparator.comparingDouble(Share::millis).reversed())
                .toList();
    }

    int count() {
        return shares.values().stream().mapToInt(Share::count).sum();
    }

    double millis() {
        return shares.values().stream().mapToDouble(Share::millis).sum();
    }
}
