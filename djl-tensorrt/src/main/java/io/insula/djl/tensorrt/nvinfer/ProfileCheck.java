package io.insula.djl.tensorrt.nvinfer;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.plan.InputRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Compares the profiles that were asked for with the inputs that a network has, before TensorRT sees either. */
final class ProfileCheck {
    private static final String OPTIONS = "minShapes, optShapes, maxShapes";

    private ProfileCheck() {}

    /**
     * The profiles to build with: those asked for, each with a range for every input that has open dimensions.
     *
     * @param inputs the network's inputs and their shapes, -1 where a dimension is open
     * @param wanted the profiles that were asked for
     */
    static List<Map<String, InputRange>> check(
            SequencedMap<String, Shape> inputs, List<Map<String, InputRange>> wanted) {
        if (wanted.isEmpty() && inputs.values().stream().anyMatch(ProfileCheck::open)) {
            throw new IllegalArgumentException(OPTIONS
                    + ": not given (expected: shapes for the inputs with open dimensions, " + open(inputs) + ")");
        }
        List<Map<String, InputRange>> checked = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            Map<String, InputRange> profile = wanted.get(i);
            String where = "profile " + i;
            for (Map.Entry<String, InputRange> entry : profile.entrySet()) {
                Shape shape = inputs.get(entry.getKey());
                if (shape == null) {
                    throw new IllegalArgumentException(where + ": the network has no input " + entry.getKey()
                            + " (expected: of " + inputs.keySet() + ")");
                }
                fits(where + ", input " + entry.getKey(), shape, entry.getValue());
            }
            inputs.forEach((name, shape) -> {
                if (open(shape) && !profile.containsKey(name)) {
                    throw new IllegalArgumentException(where + ": no shapes for input " + name + " " + shape
                            + " (expected: " + OPTIONS + " for " + open(inputs) + ")");
                }
            });
            checked.add(profile);
        }
        return checked;
    }

    private static void fits(String where, Shape shape, InputRange range) {
        boolean fits = shape.dimension() == range.min().dimension();
        for (int i = 0; fits && i < shape.dimension(); i++) {
            fits = shape.get(i) < 0
                    || (shape.get(i) == range.min().get(i)
                            && shape.get(i) == range.max().get(i));
        }
        if (!fits) {
            throw new IllegalArgumentException(where + ": " + range.min() + ", " + range.opt() + ", " + range.max()
                    + " (expected: shapes of the form " + shape + ", where -1 is any size)");
        }
    }

    private static boolean open(Shape shape) {
        for (long dimension : shape.getShape()) {
            if (dimension < 0) {
                return true;
            }
        }
        return false;
    }

    private static Map<String, Shape> open(Map<String, Shape> inputs) {
        Map<String, Shape> open = new LinkedHashMap<>();
        inputs.forEach((name, shape) -> {
            if (open(shape)) {
                open.put(name, shape);
            }
        });
        return open;
    }
}
