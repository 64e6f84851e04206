package io.insula.djl.tensorrt.host;

import io.insula.djl.tensorrt.host.Places.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One search over one machine: the first place that has a library of a fitting version gives it. */
final class LibrarySearch {
    private static final String DRIVER = "libcuda.so.1";
    private static final Pattern VERSION = Pattern.compile("\\.so\\.(\\d{1,4})(?:\\.(\\d{1,4})(?:\\.(\\d{1,4}))?)?$");

    private final Machine machine;
    private final LibraryLine line;
    private final Places places;
    private final List<String> missing = new ArrayList<>();
    private final Set<String> unfit = new LinkedHashSet<>();

    LibrarySearch(Machine machine, LibraryLine line) {
        this.machine = machine;
        this.line = line;
        this.places = Places.of(machine, line);
    }

    Search run() {
        boolean linkerHasDriver = machine.linkerFinds().test(DRIVER);
        Path driver = linkerHasDriver ? null : anywhere(DRIVER).orElse(null);
        if (driver == null && !linkerHasDriver) {
            missing.add("the NVIDIA driver (" + DRIVER + ")");
        }
        Path cudaRuntime = anywhere(line.cudaRuntime()).orElse(null);
        if (cudaRuntime == null && !machine.linkerFinds().test(line.cudaRuntime())) {
            missing.add("the CUDA " + line.cudaMajor() + " runtime (" + line.cudaRuntime() + ")");
        }
        Path tensorRt = tensorRt().orElse(null);
        if (tensorRt == null && (places.restricted() || !machine.linkerFinds().test(line.tensorRt()))) {
            missing.add("TensorRT " + line.tensorRtMajor() + "." + line.tensorRtMinor() + " or a newer "
                    + line.tensorRtMajor() + ".x (" + line.tensorRt() + ")");
        }
        if (!missing.isEmpty()) {
            return new MissingLibraries(sentence());
        }
        return new HostLibraries(
                tensorRt,
                tensorRt == null ? null : version(tensorRt),
                onnxParser(tensorRt),
                tensorRt == null ? List.of() : builderResources(tensorRt),
                cudaRuntime,
                runtimeCompilers(),
                driver,
                searched());
    }

    private Optional<Path> tensorRt() {
        for (Place place : places.forTensorRt()) {
            Path library = place.folder().resolve(line.tensorRt());
            if (Files.isRegularFile(library)) {
                String version = version(library);
                int minor = version == null ? line.tensorRtMinor() : Integer.parseInt(version.split("\\.", -1)[1]);
                if (line.accepts(line.tensorRtMajor(), minor)) {
                    return Optional.of(library);
                }
                unfit.add("version " + version + " in " + machine.name(place.folder()));
            } else {
                Machine.matches(place.folder(), "libnvinfer.so.*").stream()
                        .map(file -> String.valueOf(file.getFileName()))
                        .forEach(name -> unfit.add(name + " in " + machine.name(place.folder())));
            }
        }
        return Optional.empty();
    }

    /** The version in a library's real name, else in the names of the builder resources beside it, else null. */
    private static @Nullable String version(Path library) {
        List<Path> names = new ArrayList<>();
        try {
            names.add(library.toRealPath());
        } catch (IOException e) {
            return null; // A library that cannot be resolved is told by the loader, with the linker's own words.
        }
        names.addAll(builderResources(library));
        for (Path name : names) {
            Matcher matcher = VERSION.matcher(String.valueOf(name.getFileName()));
            if (matcher.find() && matcher.group(2) != null) {
                return matcher.group(1) + "." + matcher.group(2)
                        + (matcher.group(3) == null ? "" : "." + matcher.group(3));
            }
        }
        return null;
    }

    private static List<Path> builderResources(Path library) {
        Path folder = library.getParent();
        return folder == null ? List.of() : Machine.matches(folder, "libnvinfer_builder_resource*.so.*");
    }

    private @Nullable Path onnxParser(@Nullable Path tensorRt) {
        if (tensorRt != null && Files.isRegularFile(tensorRt.resolveSibling(line.onnxParser()))) {
            return tensorRt.resolveSibling(line.onnxParser());
        }
        return places.forTensorRt().stream()
                .map(place -> place.folder().resolve(line.onnxParser()))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(null);
    }

    /** A TensorRT for the CUDA before this one serves as well, and asks for that CUDA's compiler. */
    private List<Path> runtimeCompilers() {
        List<Path> found = new ArrayList<>();
        for (int major : new int[] {line.cudaMajor(), line.cudaMajor() - 1}) {
            anywhere("libnvrtc.so." + major).ifPresent(found::add);
        }
        return found;
    }

    private Optional<Path> anywhere(String name) {
        return places.all().stream()
                .map(place -> place.folder().resolve(name))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private String sentence() {
        return "TensorRT cannot be used on this machine: missing are " + String.join(", ", missing)
                + (unfit.isEmpty() ? "" : "; found but not usable: " + String.join(", ", unfit))
                + "; looked in " + searched();
    }

    private String searched() {
        Map<String, List<String>> byOrigin = new LinkedHashMap<>();
        if (!places.restricted()) {
            byOrigin.put(Machine.SETTING, List.of("not set"));
            byOrigin.put(Machine.VARIABLE, List.of("not set"));
        }
        for (Place place : places.all()) {
            byOrigin.computeIfAbsent(place.origin(), o -> new ArrayList<>()).add(machine.name(place.folder()));
        }
        return byOrigin.entrySet().stream()
                .map(entry -> entry.getKey() + " (" + String.join(", ", entry.getValue()) + ")")
                .collect(Collectors.joining(", "));
    }
}
