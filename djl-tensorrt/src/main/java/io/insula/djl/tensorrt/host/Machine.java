package io.insula.djl.tensorrt.host;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What decides where libraries lie on a machine: its files, environment, settings and dynamic linker.
 *
 * @param root the folder that stands for {@code /}
 * @param architecture the machine's name in library folders, {@code x86_64} or {@code aarch64}
 * @param environment the process's environment
 * @param librarySetting the value of {@value #SETTING}, or null when it is not set
 * @param home the user's home, as seen from {@code root}
 * @param linkerFinds whether the dynamic linker finds a library by its bare name
 */
public record Machine(
        Path root,
        String architecture,
        Map<String, String> environment,
        @Nullable String librarySetting,
        String home,
        Predicate<String> linkerFinds) {

    /** The system property that names the folders of TensorRT and CUDA, separated by {@code :}. */
    public static final String SETTING = "io.insula.djl.tensorrt.library.path";

    /** The environment variable that is asked when {@value #SETTING} is not set. */
    public static final String VARIABLE = "TENSORRT_LIBRARY_PATH";

    private static final int MATCHES = 64;

    /** The machine that this process runs on. */
    public static Machine local() {
        String arch = System.getProperty("os.arch", "");
        return new Machine(
                Path.of("/"),
                arch.equals("amd64") ? "x86_64" : arch,
                System.getenv(),
                System.getProperty(SETTING),
                System.getProperty("user.home", "/root"),
                Machine::opens);
    }

    /** The file that an absolute path of the machine names; null when the text is no path. */
    @Nullable
    Path at(String absolute) {
        try {
            Path path = Path.of(absolute);
            return root.resolve(path.isAbsolute() ? Path.of("/").relativize(path) : path)
                    .normalize();
        } catch (InvalidPathException e) {
            return null; // A variable may hold anything; what is no path is no place to look.
        }
    }

    /** The name of a file as the machine's user knows it. */
    String name(Path file) {
        return root.getNameCount() == 0 ? file.toString() : "/" + root.relativize(file);
    }

    String variable(String name) {
        return environment.getOrDefault(name, "");
    }

    /** What a folder holds whose names match a glob, sorted, at most 64; empty when the folder cannot be read. */
    static List<Path> matches(Path folder, String glob) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
            for (Path entry : entries) {
                if (found.size() == MATCHES) {
                    break;
                }
                found.add(entry);
            }
        } catch (IOException | DirectoryIteratorException | PatternSyntaxException e) {
            return List.of(); // Absent, unreadable and misspelt alike: nothing can be loaded from there.
        }
        return found.stream().sorted().toList();
    }

    static List<String> split(String paths) {
        return Stream.of(paths.split(":", -1))
                .map(String::strip)
                .filter(s -> s.startsWith("/"))
                .toList();
    }

    @SuppressWarnings("restricted")
    private static boolean opens(String name) {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup(name, arena);
            return true;
        } catch (IllegalArgumentException e) {
            return false; // How the lookup says that the linker does not know the name.
        }
    }
}
