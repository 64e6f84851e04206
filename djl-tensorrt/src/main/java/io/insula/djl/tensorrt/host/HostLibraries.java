package io.insula.djl.tensorrt.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The libraries that a machine offers, complete enough to run plans.
 *
 * <p>A path is null where the dynamic linker knows the library by its name and this search does not know the file.
 *
 * @param tensorRt {@code libnvinfer.so.N}
 * @param version the version that file names tell, for example {@code 10.15.1}, or null
 * @param onnxParser {@code libnvonnxparser.so.N}; null when there is none: ONNX files cannot be compiled then
 * @param builderResources the kernels that only building needs; TensorRT finds them beside itself
 * @param cudaRuntime {@code libcudart.so.N}
 * @param others what TensorRT opens by name while it builds, to be loaded before it asks: {@code libnvrtc.so.N}
 * @param driver {@code libcuda.so.1}, where the dynamic linker does not know it: what it knows comes first
 * @param places every folder that was searched, for messages
 */
public record HostLibraries(
        @Nullable Path tensorRt,
        @Nullable String version,
        @Nullable Path onnxParser,
        List<Path> builderResources,
        @Nullable Path cudaRuntime,
        List<Path> others,
        @Nullable Path driver,
        String places)
        implements Search {

    public HostLibraries {
        builderResources = List.copyOf(builderResources);
        others = List.copyOf(others);
    }

    /** GPUs whose kernels TensorRT keeps in a file of their name; it maps others to one of these. */
    private static final Set<String> OWN_KERNELS = Set.of("sm75", "sm80", "sm86", "sm89", "sm90", "sm100", "sm120");

    private static final String KERNELS = "libnvinfer_builder_resource";

    /**
     * Why no plan can be built here for a GPU, or nothing when TensorRT's builder is complete as far as files tell.
     *
     * <p>TensorRT before it had a file for each kind of GPU had one for all. The kernels that it compiles for any GPU
     * ({@code _ptx}) serve plans for several kinds of GPU only: on an H200, TensorRT 10.15.1 with them alone refuses to build.
     *
     * @param architecture the GPU's compute capability as NVIDIA writes it in file names, for example {@code sm90}; null when no
     *     GPU is known
     */
    public Optional<String> cannotBuild(@Nullable String architecture) {
        List<String> missing = new ArrayList<>();
        if (onnxParser == null) {
            missing.add("the ONNX parser (libnvonnxparser.so)");
        }
        if (tensorRt != null && builderResources.isEmpty()) {
            missing.add("the builder's kernels (libnvinfer_builder_resource*.so) in " + tensorRt.getParent());
        } else if (tensorRt != null && architecture != null && !hasKernels(architecture)) {
            missing.add("the builder's kernels for this GPU (" + KERNELS + "_" + architecture + ".so"
                    + (version == null ? "" : "." + version) + ") in " + tensorRt.getParent() + ", which has only "
                    + builderResources.stream()
                            .map(file -> String.valueOf(file.getFileName()))
                            .sorted()
                            .collect(Collectors.joining(", ")));
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("TensorRT cannot compile ONNX files on this machine, only run plans: missing are "
                        + String.join(" and ", missing) + "; looked in " + places);
    }

    private boolean hasKernels(String architecture) {
        String end = ".so" + (version == null ? "" : "." + version);
        String wanted = OWN_KERNELS.contains(architecture) ? "_" + architecture : "_sm";
        return builderResources.stream()
                .map(file -> String.valueOf(file.getFileName()))
                .anyMatch(name ->
                        name.startsWith(KERNELS + ".so") || (name.startsWith(KERNELS + wanted) && name.contains(end)));
    }
}
