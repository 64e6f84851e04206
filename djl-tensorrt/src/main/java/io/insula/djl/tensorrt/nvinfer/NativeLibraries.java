package io.insula.djl.tensorrt.nvinfer;

import io.insula.djl.tensorrt.host.HostLibraries;
import io.insula.djl.tensorrt.host.LibraryLine;
import io.insula.djl.tensorrt.host.Machine;
import io.insula.djl.tensorrt.host.MissingLibraries;
import io.insula.djl.tensorrt.host.Search;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.tensorrt.global.nvinfer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the user's driver, CUDA and TensorRT and the bindings to them, once a process, before anything else is called.
 *
 * <p>Libraries are loaded by absolute path, so that {@code LD_LIBRARY_PATH} is not needed: what is loaded satisfies, by
 * its name, everything that asks for it later. TensorRT looks for its builder's kernels beside itself
 * ({@code RUNPATH $ORIGIN}).
 *
 * <p>The bindings also know cuBLAS, cuDNN, nvrtc and TensorRT's plugins, which this engine does not call and a user need not
 * have: their classes are initialized without their native half. A program that calls them too loads it by
 * {@code Loader.load(cublas.class)}.
 *
 * <p><b>Thread</b>: any; loading happens once, others wait.
 *
 * <p><b>Errors</b>: {@link TensorRtException} with one sentence, the same each time.
 */
public final class NativeLibraries {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);
    private static final String LOADS = "org.bytedeco.javacpp.loadlibraries";
    private static final List<String> UNUSED = List.of(
            "org.bytedeco.cuda.global.cublas",
            "org.bytedeco.cuda.global.cudnn",
            "org.bytedeco.cuda.global.nvrtc",
            "org.bytedeco.tensorrt.global.nvinfer_plugin");

    /** Constants of the bindings; the compiler copies them, nothing is loaded for them. */
    private static final LibraryLine LINE =
            new LibraryLine(nvinfer.NV_TENSORRT_MAJOR, nvinfer.NV_TENSORRT_MINOR, cudart.CUDA_VERSION / 1000);

    /** Limits that the bindings set by the size of the Java heap: mapped plans and page-locked memory would run into them. */
    private static final List<String> HEAP_LIMITS =
            List.of("org.bytedeco.javacpp.maxBytes", "org.bytedeco.javacpp.maxPhysicalBytes");

    private static @Nullable HostLibraries loaded;
    private static @Nullable String failure;

    private NativeLibraries() {}

    /** The versions that the bindings were compiled for. */
    public static LibraryLine line() {
        return LINE;
    }

    /** Looks for the libraries without loading them: the sentence that says what is missing, or nothing. */
    public static Optional<String> missing() {
        return Search.on(Machine.local(), LINE) instanceof MissingLibraries missing
                ? Optional.of(missing.sentence())
                : Optional.empty();
    }

    /** Loads everything that running plans needs; later calls return at once. */
    public static synchronized HostLibraries load() {
        if (loaded != null) {
            return loaded;
        }
        if (failure == null) {
            HEAP_LIMITS.stream()
                    .filter(limit -> System.getProperty(limit) == null)
                    .forEach(limit -> System.setProperty(limit, "0"));
            try {
                loaded = load(Search.on(Machine.local(), LINE));
                return loaded;
            } catch (LinkageError e) {
                failure = "TensorRT cannot be used on this machine: " + words(e);
            } catch (TensorRtException e) {
                failure = e.getMessage();
            }
        }
        throw new TensorRtException(String.valueOf(failure));
    }

    private static HostLibraries load(Search search) {
        switch (search) {
            case MissingLibraries missing -> throw new TensorRtException(missing.sentence());
            case HostLibraries host -> {
                open(host.driver(), "cuda@.1");
                open(host.cudaRuntime(), "cudart@." + LINE.cudaMajor());
                for (Path other : host.others()) {
                    String name = String.valueOf(other.getFileName());
                    open(other, "nvrtc@." + name.substring(name.lastIndexOf('.') + 1));
                }
                open(host.tensorRt(), "nvinfer@." + LINE.tensorRtMajor());
                open(host.onnxParser(), "nvonnxparser@." + LINE.tensorRtMajor());
                Loader.load(cudart.class);
                initializeUnused();
                Loader.load(nvinfer.class);
                String version = checkVersion();
                LOG.info(
                        "TensorRT {} from {}, CUDA runtime from {}",
                        version,
                        host.tensorRt() == null ? "the linker's path" : host.tensorRt(),
                        host.cudaRuntime() == null ? "the linker's path" : host.cudaRuntime());
                return host;
            }
        }
    }

    /** Loads a file under the name by which the bindings would look for it, so that they load no second copy. */
    private static void open(@Nullable Path file, String name) {
        if (file == null) {
            return; // The dynamic linker finds it by its name when something needs it.
        }
        try {
            Loader.loadLibrary(Loader.class, new URL[] {file.toUri().toURL()}, name);
        } catch (MalformedURLException e) {
            throw new TensorRtException("library: " + file + " (expected: a file)", e);
        } catch (UnsatisfiedLinkError e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            if (!String.valueOf(reason.getMessage()).contains("already loaded in another classloader")) {
                throw e;
            }
            LOG.debug("{} is loaded already", file); // Then the process has it, which is what counts.
        }
    }

    /** The bindings' own lock keeps others from loading a library while they are told not to. */
    @SuppressWarnings("LockOnNonEnclosingClassLiteral")
    private static void initializeUnused() {
        synchronized (Loader.class) {
            String before = System.setProperty(LOADS, "false");
            try {
                for (String name : UNUSED) {
                    Class.forName(name, true, Loader.class.getClassLoader());
                }
            } catch (ClassNotFoundException e) {
                throw new NoClassDefFoundError(e.getMessage());
            } finally {
                if (before == null) {
                    System.clearProperty(LOADS);
                } else {
                    System.setProperty(LOADS, before);
                }
            }
        }
    }

    private static String checkVersion() {
        int major = nvinfer.getInferLibMajorVersion();
        int minor = nvinfer.getInferLibMinorVersion();
        String version = major + "." + minor + "." + nvinfer.getInferLibPatchVersion();
        if (!LINE.accepts(major, minor)) {
            throw new TensorRtException("TensorRT cannot be used on this machine: version " + version
                    + " was found (expected: " + LINE.tensorRtMajor() + "." + LINE.tensorRtMinor() + " or a newer "
                    + LINE.tensorRtMajor() + ".x)");
        }
        return version;
    }

    private static String words(LinkageError error) {
        Throwable cause = error.getCause();
        String said = String.valueOf(error.getMessage());
        return cause == null ? said : said + ": " + cause.getMessage();
    }
}
