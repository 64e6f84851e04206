package io.insula.djl.tensorrt;

import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file that a model is loaded from.
 *
 * @param path the file
 * @param onnx whether it has to be compiled first
 */
record ModelFile(Path path, boolean onnx) {

    private static final List<String> PLANS = List.of(".plan", ".engine");
    private static final String ONNX = ".onnx";

    /** Looks for a file of that name, with or without its ending; plans come before ONNX files, which take minutes. */
    static ModelFile find(Path folder, @Nullable String prefix, String modelName) throws FileNotFoundException {
        if (Files.isRegularFile(folder)) {
            return of(folder);
        }
        Set<String> names = new LinkedHashSet<>();
        if (prefix != null) {
            names.add(prefix);
        } else {
            names.add(modelName);
            Path name = folder.getFileName();
            if (name != null) {
                names.add(name.toString());
            }
            names.add("model");
        }
        for (String name : names) {
            Path file = folder.resolve(name);
            if (known(name) && Files.isRegularFile(file)) {
                return of(file);
            }
        }
        for (String ending : List.of(PLANS.get(0), PLANS.get(1), ONNX)) {
            for (String name : names) {
                Path file = folder.resolve(name + ending);
                if (Files.isRegularFile(file)) {
                    return of(file);
                }
            }
        }
        throw new FileNotFoundException("no .plan, .engine or .onnx file in " + folder + " is called one of " + names);
    }

    /** The name without its ending. */
    String name() {
        String file = String.valueOf(path.getFileName());
        int dot = file.lastIndexOf('.');
        return dot > 0 ? file.substring(0, dot) : file;
    }

    private static ModelFile of(Path file) {
        return new ModelFile(file, file.toString().toLowerCase(Locale.ROOT).endsWith(ONNX));
    }

    private static boolean known(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(ONNX) || PLANS.stream().anyMatch(lower::endsWith);
    }
}
