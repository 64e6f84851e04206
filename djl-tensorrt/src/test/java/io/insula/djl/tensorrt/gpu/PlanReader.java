package io.insula.djl.tensorrt.gpu;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ModelException;
import io.insula.djl.tensorrt.TensorRtEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Reads plan files one after another and tells for each what came of it: a process of its own, since it may not survive. */
final class PlanReader {

    static final String READ = "read";
    static final String REFUSED = "refused: ";

    private PlanReader() {}

    /** The first argument chooses between the engine and the bindings alone; the others are files. */
    public static void main(String... arguments) throws IOException {
        boolean direct = arguments[0].equals("direct");
        for (int i = 1; i < arguments.length; i++) {
            Path file = Path.of(arguments[i]);
            System.out.println(direct ? direct(file) : engine(file));
        }
        // Whatever the plans left behind is not this process's to clean up.
        Runtime.getRuntime().halt(0);
    }

    private static String engine(Path file) throws IOException {
        try (Model model = Model.newInstance("hostile", Device.gpu(0), TensorRtEngine.NAME)) {
            model.load(file, null, Map.of());
            return READ;
        } catch (ModelException | RuntimeException refused) {
            return REFUSED + String.valueOf(refused.getMessage()).replaceAll("\\s+", " ");
        }
    }

    private static String direct(Path file) {
        try {
            DirectPlan.read(file);
            return READ;
        } catch (IOException refused) {
            return REFUSED + refused.getMessage();
        }
    }
}
