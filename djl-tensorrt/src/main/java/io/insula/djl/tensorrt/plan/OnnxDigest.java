package io.insula.djl.tensorrt.plan;

import ai.djl.MalformedModelException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The content of an ONNX model as one hash: of its file and of the files that its tensors lie in.
 *
 * <p><b>Source</b>: ONNX's External Data: a location is a path below the model's folder.
 */
final class OnnxDigest {
    private static final int CHUNK = 1 << 20;

    private OnnxDigest() {}

    /** 64 hexadecimal digits. */
    static String of(Path onnx) throws IOException, MalformedModelException {
        MessageDigest digest = sha256();
        add(digest, onnx);
        Path folder = onnx.toAbsolutePath().normalize().getParent();
        for (String location : locations(onnx)) {
            Path file = external(onnx, folder, location);
            digest.update(("\0" + location + "\0" + Files.size(file) + "\0").getBytes(StandardCharsets.UTF_8));
            add(digest, file);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static Set<String> locations(Path onnx) throws IOException, MalformedModelException {
        try {
            return OnnxExternalData.locations(onnx);
        } catch (IllegalArgumentException e) {
            throw new MalformedModelException(onnx + " is no ONNX file: " + e.getMessage(), e);
        }
    }

    private static Path external(Path onnx, @Nullable Path folder, String location) throws MalformedModelException {
        try {
            Path file = folder == null
                    ? Path.of(location)
                    : folder.resolve(location).normalize();
            if (Path.of(location).isAbsolute() || (folder != null && !file.startsWith(folder))) {
                throw new MalformedModelException(
                        onnx + " keeps tensors in " + location + " (expected: a path below the model's folder)");
            }
            if (!Files.isRegularFile(file)) {
                throw new MalformedModelException(onnx + " keeps tensors in " + file + ", which is not there");
            }
            return file;
        } catch (InvalidPathException e) {
            throw new MalformedModelException(onnx + " keeps tensors in a file whose name is no path", e);
        }
    }

    private static void add(MessageDigest digest, Path file) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
