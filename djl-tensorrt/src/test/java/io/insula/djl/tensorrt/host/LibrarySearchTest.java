package io.insula.djl.tensorrt.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibrarySearchTest {
    private static final LibraryLine LINE = new LibraryLine(10, 15, 13);
    private static final String APT = "/usr/lib/x86_64-linux-gnu";

    @TempDir
    Path root = Path.of("/");

    private final Map<String, String> environment = new HashMap<>();
    private @Nullable String setting;
    private Set<String> linker = Set.of();

    @Test
    void findsAnAptInstallation() throws IOException {
        file(APT + "/libcuda.so.1");
        tensorRt(APT, "10.15.1");
        file("/usr/local/cuda-13.1/targets/x86_64-linux/lib/libcudart.so.13");
        file("/usr/local/cuda-13.1/targets/x86_64-linux/lib/libnvrtc.so.13");

        HostLibraries found = found();

        assertThat(found.tensorRt()).isEqualTo(at(APT + "/libnvinfer.so.10"));
        assertThat(found.version()).isEqualTo("10.15.1");
        assertThat(found.onnxParser()).isEqualTo(at(APT + "/libnvonnxparser.so.10"));
        assertThat(found.builderResources()).containsExactly(at(APT + "/libnvinfer_builder_resource_sm90.so.10.15.1"));
        assertThat(found.cudaRuntime()).isEqualTo(at("/usr/local/cuda-13.1/targets/x86_64-linux/lib/libcudart.so.13"));
        assertThat(found.others()).containsExactly(at("/usr/local/cuda-13.1/targets/x86_64-linux/lib/libnvrtc.so.13"));
        assertThat(found.driver()).isEqualTo(at(APT + "/libcuda.so.1"));
        assertThat(found.cannotBuild(null)).isEmpty();
        assertThat(found.cannotBuild("sm90")).isEmpty();
    }

    @Test
    void findsWhatAContainerHas() throws IOException {
        file("/usr/local/nvidia/lib64/libcuda.so.1");
        tensorRt("/usr/local/tensorrt/lib", "10.16.0");
        file("/usr/local/cuda/lib64/libcudart.so.13");

        HostLibraries found = found();

        assertThat(found.tensorRt()).isEqualTo(at("/usr/local/tensorrt/lib/libnvinfer.so.10"));
        assertThat(found.version()).isEqualTo("10.16.0");
        assertThat(found.driver()).isEqualTo(at("/usr/local/nvidia/lib64/libcuda.so.1"));
    }

    @Test
    void findsThePackagesOfAVirtualEnvironment() throws IOException {
        String packages = "/home/ada/venv/lib/python3.12/site-packages";
        environment.put("VIRTUAL_ENV", "/home/ada/venv");
        file(APT + "/libcuda.so.1");
        file(packages + "/tensorrt_libs/libnvinfer.so.10");
        file(packages + "/tensorrt_libs/libnvinfer_builder_resource_sm90.so.10.15.1");
        file(packages + "/tensorrt_libs/libnvonnxparser.so.10");
        file(packages + "/nvidia/cu13/lib/libcudart.so.13");
        file(packages + "/nvidia/cu13/lib/libnvrtc.so.13");

        HostLibraries found = found();

        assertThat(found.tensorRt()).isEqualTo(at(packages + "/tensorrt_libs/libnvinfer.so.10"));
        assertThat(found.version()).as("told by the builder's kernels").isEqualTo("10.15.1");
        assertThat(found.cudaRuntime()).isEqualTo(at(packages + "/nvidia/cu13/lib/libcudart.so.13"));
        assertThat(found.others()).containsExactly(at(packages + "/nvidia/cu13/lib/libnvrtc.so.13"));
    }

    @Test
    void findsThePackagesOfThePythonOnThePath() throws IOException {
        environment.put("PATH", "/nowhere:/opt/python/bin:/usr/bin");
        file("/opt/python/bin/python3");
        String packages = "/opt/python/lib/python3.13/site-packages";
        file(packages + "/tensorrt_libs/libnvinfer.so.10");
        file(packages + "/nvidia/cuda_runtime/lib/libcudart.so.13");
        file(packages + "/nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
        linker = Set.of("libcuda.so.1");

        HostLibraries found = found();

        assertThat(found.tensorRt()).isEqualTo(at(packages + "/tensorrt_libs/libnvinfer.so.10"));
        assertThat(found.cudaRuntime()).isEqualTo(at(packages + "/nvidia/cuda_runtime/lib/libcudart.so.13"));
        assertThat(found.others()).containsExactly(at(packages + "/nvidia/cuda_nvrtc/lib/libnvrtc.so.12"));
        assertThat(found.driver()).as("known to the linker only").isNull();
    }

    @Test
    void findsWhatTheLinkersConfigurationNames() throws IOException {
        driverAndCuda();
        Files.createDirectories(at("/etc/ld.so.conf.d"));
        Files.writeString(at("/etc/ld.so.conf"), "# comment\ninclude ld.so.conf.d/*.conf\ninclude /etc/ld.so.conf\n");
        Files.writeString(at("/etc/ld.so.conf.d/trt.conf"), "/srv/trt # here\n");
        tensorRt("/srv/trt", "10.15.1");

        assertThat(found().tensorRt()).isEqualTo(at("/srv/trt/libnvinfer.so.10"));
    }

    @Test
    void passesOverWhatTheLinkersConfigurationMisspells() throws IOException {
        driverAndCuda();
        Files.createDirectories(at("/etc/ld.so.conf.d"));
        Files.writeString(
                at("/etc/ld.so.conf"), "include /etc/ld.so.conf.d/[.conf {\ninclude\tnone.conf ld.so.conf.d/*.conf\n");
        for (int i = 0; i < 60; i++) {
            // Each includes all: 60 to the power of the depth if they were read as often as they are named.
            Files.writeString(at("/etc/ld.so.conf.d/" + i + ".conf"), "include /etc/ld.so.conf.d/*.conf\n/srv/" + i);
        }
        tensorRt("/srv/59", "10.15.1");

        HostLibraries found = assertTimeoutPreemptively(Duration.ofSeconds(20), this::found);

        assertThat(found.tensorRt()).isEqualTo(at("/srv/59/libnvinfer.so.10"));
    }

    @Test
    void prefersTheSettingThenTheVariableThenTheLibraryPath() throws IOException {
        driverAndCuda();
        tensorRt(APT, "10.15.1");
        tensorRt("/a", "10.15.1");
        tensorRt("/b/TensorRT-10.15.1.29/lib", "10.15.1");
        tensorRt("/c", "10.15.1");
        environment.put("LD_LIBRARY_PATH", "/missing:/a");
        assertThat(found().tensorRt()).isEqualTo(at("/a/libnvinfer.so.10"));
        environment.put(Machine.VARIABLE, "/b/TensorRT-10.15.1.29");
        assertThat(found().tensorRt()).isEqualTo(at("/b/TensorRT-10.15.1.29/lib/libnvinfer.so.10"));
        setting = "/c";
        assertThat(found().tensorRt()).isEqualTo(at("/c/libnvinfer.so.10"));
    }

    @Test
    void doesNotPaperOverAMistypedSetting() throws IOException {
        driverAndCuda();
        tensorRt(APT, "10.15.1");
        linker = Set.of("libnvinfer.so.10");
        setting = "/opt/tensort";

        assertThat(sentence())
                .startsWith("TensorRT cannot be used on this machine: missing are TensorRT 10.15 or a newer 10.x"
                        + " (libnvinfer.so.10)")
                .contains("looked in io.insula.djl.tensorrt.library.path (/opt/tensort)");
    }

    @Test
    void passesOverTooOldVersionsAndTellsThem() throws IOException {
        driverAndCuda();
        tensorRt("/usr/local/tensorrt/lib", "10.3.0");
        file(APT + "/libnvinfer.so.8");
        file("/usr/lib64/libnvinfer.so.11.2.1");

        assertThat(sentence())
                .contains("found but not usable: version 10.3.0 in /usr/local/tensorrt/lib, libnvinfer.so.8 in " + APT
                        + ", libnvinfer.so.11.2.1 in /usr/lib64");

        tensorRt("/usr/lib64", "10.15.1");
        assertThat(found().tensorRt()).isEqualTo(at("/usr/lib64/libnvinfer.so.10"));
    }

    @Test
    void saysInOneSentenceWhatABareMachineLacksAndWhereItWasLookedFor() {
        environment.put("LD_LIBRARY_PATH", "/opt/x/lib:relative:");

        assertThat(sentence())
                .isEqualTo("TensorRT cannot be used on this machine: missing are the NVIDIA driver (libcuda.so.1), the"
                        + " CUDA 13 runtime (libcudart.so.13), TensorRT 10.15 or a newer 10.x (libnvinfer.so.10);"
                        + " looked in io.insula.djl.tensorrt.library.path (not set), TENSORRT_LIBRARY_PATH (not set),"
                        + " LD_LIBRARY_PATH (/opt/x/lib), container (/usr/local/tensorrt/lib), apt"
                        + " (/usr/lib/x86_64-linux-gnu), CUDA toolkit (/usr/local/cuda/lib64), rpm (/usr/lib64)");
    }

    @Test
    void believesTheLinkerWhereItFindsNoFile() {
        linker = Set.of("libcuda.so.1", "libcudart.so.13", "libnvinfer.so.10");

        HostLibraries found = found();

        assertThat(found.tensorRt()).isNull();
        assertThat(found.version()).isNull();
        assertThat(found.cannotBuild("sm90"))
                .hasValueSatisfying(why -> assertThat(why)
                        .startsWith(
                                "TensorRT cannot compile ONNX files on this machine, only run plans: missing are the ONNX"
                                        + " parser (libnvonnxparser.so); looked in ")
                        .doesNotContain("kernels"));
    }

    @Test
    void tellsARuntimeWithoutItsBuilder() throws IOException {
        driverAndCuda();
        file(APT + "/libnvinfer.so.10");

        assertThat(found().cannotBuild("sm90"))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("the ONNX parser (libnvonnxparser.so) and the builder's kernels"
                                + " (libnvinfer_builder_resource*.so) in"));
    }

    @Test
    void tellsABuilderWithoutTheKernelsOfThisGpu() throws IOException {
        driverAndCuda();
        file(APT + "/libnvinfer.so.10");
        file(APT + "/libnvonnxparser.so.10");
        file(APT + "/libnvinfer_builder_resource_ptx.so.10.15.1");

        HostLibraries found = found();

        assertThat(found.cannotBuild(null)).isEmpty();
        assertThat(found.cannotBuild("sm90"))
                .hasValueSatisfying(why -> assertThat(why)
                        .startsWith(
                                "TensorRT cannot compile ONNX files on this machine, only run plans: missing are the"
                                        + " builder's kernels for this GPU (libnvinfer_builder_resource_sm90.so.10.15.1) in "
                                        + at(APT)
                                        + ", which has only libnvinfer_builder_resource_ptx.so.10.15.1; looked in "));
        assertThat(found.cannotBuild("sm103")).isPresent();

        file(APT + "/libnvinfer_builder_resource_sm90.so.10.15.1");
        file(APT + "/libnvinfer_builder_resource_sm100.so.10.15.0");

        assertThat(found().cannotBuild("sm90")).isEmpty();
        assertThat(found().cannotBuild("sm100"))
                .as("kernels of another version are not taken")
                .isPresent();
        assertThat(found().cannotBuild("sm103"))
                .as("TensorRT says for whom else kernels serve")
                .isEmpty();
    }

    @Test
    void oneFileOfKernelsServesEveryGpu() throws IOException {
        driverAndCuda();
        file(APT + "/libnvinfer.so.10");
        file(APT + "/libnvonnxparser.so.10");
        file(APT + "/libnvinfer_builder_resource.so.10.15.1");

        assertThat(found().cannotBuild("sm90")).isEmpty();
    }

    @Test
    void survivesNonsenseInTheEnvironment() {
        environment.put("LD_LIBRARY_PATH", "/a\0b:::/../../..");
        environment.put("VIRTUAL_ENV", "\0");
        setting = "/\0";

        assertThat(search()).isInstanceOf(MissingLibraries.class);
    }

    private void driverAndCuda() throws IOException {
        file("/usr/local/nvidia/lib64/libcuda.so.1");
        file("/usr/local/cuda/lib64/libcudart.so.13");
    }

    private void tensorRt(String folder, String version) throws IOException {
        file(folder + "/libnvinfer.so." + version);
        Files.deleteIfExists(at(folder + "/libnvinfer.so.10"));
        Files.createSymbolicLink(at(folder + "/libnvinfer.so.10"), Path.of("libnvinfer.so." + version));
        file(folder + "/libnvonnxparser.so.10");
        file(folder + "/libnvinfer_builder_resource_sm90.so." + version);
    }

    private void file(String name) throws IOException {
        Path file = at(name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, List.of());
    }

    private Path at(String name) {
        return root.resolve(name.substring(1));
    }

    private Search search() {
        return Search.on(
                new Machine(root, "x86_64", environment, setting, "/home/ada", name -> linker.contains(name)), LINE);
    }

    private HostLibraries found() {
        assertThat(search()).isInstanceOf(HostLibraries.class);
        return (HostLibraries) search();
    }

    private String sentence() {
        assertThat(search()).isInstanceOf(MissingLibraries.class);
        return ((MissingLibraries) search()).sentence();
    }
}
