package io.insula.djl.tensorrt.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The folders that {@code /etc/ld.so.conf} and the files it includes add to the dynamic linker's cache.
 *
 * <p><b>Source</b> ldconfig(8): a folder a line, {@code include} with a glob, {@code #} starts a comment.
 */
final class LinkerFolders {
    private static final int LONGEST_FILE = 1 << 16;
    private static final int DEEPEST = 4;

    private final Machine machine;
    private final Set<String> folders = new LinkedHashSet<>();
    /** Files that include each other are read once each. */
    private final Set<Path> seen = new HashSet<>();

    private LinkerFolders(Machine machine) {
        this.machine = machine;
    }

    static List<String> of(Machine machine) {
        var reading = new LinkerFolders(machine);
        reading.read("/etc/ld.so.conf", 0);
        return new ArrayList<>(reading.folders);
    }

    private void read(String name, int depth) {
        Path file = machine.at(name);
        if (file == null || depth == DEEPEST || !seen.add(file)) {
            return;
        }
        List<String> lines;
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LONGEST_FILE) {
                return;
            }
            lines = Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList();
        } catch (IOException e) {
            return; // Without the file the linker has no folders of its own either.
        }
        for (String line : lines) {
            String text = line.replaceFirst("#.*", "").strip();
            String[] words = text.split("\\s+");
            if (words[0].equals("include")) {
                for (String pattern : List.of(words).subList(1, words.length)) {
                    include(pattern, name, depth);
                }
            } else if (text.startsWith("/")) {
                folders.add(text);
            }
        }
    }

    private void include(String pattern, String from, int depth) {
        String absolute = pattern.startsWith("/") ? pattern : from.substring(0, from.lastIndexOf('/') + 1) + pattern;
        int slash = absolute.lastIndexOf('/');
        Path folder = machine.at(absolute.substring(0, slash + 1));
        if (folder == null) {
            return;
        }
        for (Path file : Machine.matches(folder, absolute.substring(slash + 1))) {
            read(machine.name(file), depth + 1);
        }
    }
}
