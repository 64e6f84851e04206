package io.insula.djl.tensorrt.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where libraries are looked for, in order: what the user named, then what is active, then what is usual.
 *
 * <p>A setting or variable that names a folder means it: TensorRT itself is then looked for nowhere else, so that a
 * mistyped path is told and not papered over by another installation.
 */
final class Places {
    /** One folder, and whose word it was that it is one. */
    record Place(Path folder, String origin) {}

    private final Machine machine;
    private final LibraryLine line;
    private final Map<Path, Place> places = new LinkedHashMap<>();
    private int named;

    private Places(Machine machine, LibraryLine line) {
        this.machine = machine;
        this.line = line;
    }

    static Places of(Machine machine, LibraryLine line) {
        var places = new Places(machine, line);
        places.fill();
        return places;
    }

    /** Everywhere. */
    List<Place> all() {
        return new ArrayList<>(places.values());
    }

    /** Whether the user named folders, so that TensorRT is looked for in them alone. */
    boolean restricted() {
        return named > 0;
    }

    /** Where TensorRT itself may lie: only what the user named, when the user named something. */
    List<Place> forTensorRt() {
        return restricted() ? all().subList(0, named) : all();
    }

    private void fill() {
        String setting = machine.librarySetting();
        if (setting != null && !setting.isBlank()) {
            installations(setting, Machine.SETTING);
        } else {
            installations(machine.variable(Machine.VARIABLE), Machine.VARIABLE);
        }
        named = places.size();
        Machine.split(machine.variable("LD_LIBRARY_PATH")).forEach(f -> add(f, "LD_LIBRARY_PATH"));
        for (String prefix : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
            Machine.split(machine.variable(prefix)).forEach(p -> pythonPrefix(p, prefix));
        }
        usual();
        LinkerFolders.of(machine).forEach(f -> add(f, "/etc/ld.so.conf"));
        pythons();
    }

    /** A folder that a user names may be the libraries' own, an unpacked archive, a CUDA toolkit or site-packages. */
    private void installations(String paths, String origin) {
        for (String path : Machine.split(paths)) {
            add(path, origin);
            addIfThere(path + "/lib", origin);
            addIfThere(path + "/lib64", origin);
            addIfThere(path + "/targets/" + machine.architecture() + "-linux-gnu/lib", origin);
            addIfThere(path + "/targets/" + machine.architecture() + "-linux/lib", origin);
            sitePackages(path, origin);
            pythonPrefix(path, origin);
        }
    }

    private void usual() {
        String toolkit = "/targets/" + machine.architecture() + "-linux/lib";
        for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
            for (String path : Machine.split(machine.variable(variable))) {
                add(path + "/lib64", variable);
                addIfThere(path + toolkit, variable);
            }
        }
        add("/usr/local/tensorrt/lib", "container");
        children("/usr/local", "TensorRT-*").forEach(p -> addIfThere(p + "/lib", "archive"));
        children("/opt", "TensorRT-*").forEach(p -> addIfThere(p + "/lib", "archive"));
        add("/usr/lib/" + machine.architecture() + "-linux-gnu", "apt");
        add("/usr/local/cuda/lib64", "CUDA toolkit");
        addIfThere("/usr/local/cuda" + toolkit, "CUDA toolkit");
        children("/usr/local", "cuda-" + line.cudaMajor() + "*").forEach(p -> {
            addIfThere(p + "/lib64", "CUDA toolkit");
            addIfThere(p + toolkit, "CUDA toolkit");
        });
        add("/usr/lib64", "rpm");
        for (String driver : List.of("/usr/local/nvidia/lib64", "/usr/lib/wsl/lib", "/run/opengl-driver/lib")) {
            addIfThere(driver, "driver");
        }
    }

    /** The {@code python3} of the search path, and where pip puts packages without a virtual environment. */
    private void pythons() {
        for (String folder : Machine.split(machine.variable("PATH"))) {
            Path python = machine.at(folder + "/python3");
            if (python != null && Files.isRegularFile(python) && folder.lastIndexOf('/') > 0) {
                pythonPrefix(folder.substring(0, folder.lastIndexOf('/')), "python3");
                break;
            }
        }
        pythonPrefix(machine.home() + "/.local", "pip --user");
        pythonPrefix("/usr/local", "pip");
        pythonPrefix("/usr", "pip");
    }

    private void pythonPrefix(String prefix, String origin) {
        for (String version : children(prefix + "/lib", "python3*")) {
            sitePackages(version + "/site-packages", origin);
            sitePackages(version + "/dist-packages", origin);
        }
    }

    private void sitePackages(String packages, String origin) {
        addIfThere(packages + "/tensorrt_libs", origin);
        for (String nvidia : children(packages + "/nvidia", "*")) {
            addIfThere(nvidia + "/lib", origin);
        }
    }

    private List<String> children(String folder, String glob) {
        Path path = machine.at(folder);
        return path == null
                ? List.of()
                : Machine.matches(path, glob).stream().map(machine::name).toList();
    }

    private void addIfThere(String folder, String origin) {
        Path path = machine.at(folder);
        if (path != null && Files.isDirectory(path)) {
            places.putIfAbsent(path, new Place(path, origin));
        }
    }

    private void add(String folder, String origin) {
        Path path = machine.at(folder);
        if (path != null) {
            places.putIfAbsent(path, new Place(path, origin));
        }
    }
}
