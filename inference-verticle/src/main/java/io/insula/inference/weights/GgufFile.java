package io.insula.inference.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An open GGUF model file: its metadata and its mapped tensors.
 *
 * <p>Everything that the header says about offsets, lengths and counts is checked against the file's size before a byte of
 * tensor data is mapped. The file must not be changed while it is open.
 *
 * <p><b>Thread:</b> any, {@link #close} included; a tensor's data is inaccessible afterwards.
 *
 * <p><b>Errors:</b> {@link ModelFileException}, and nothing else, for a file that is broken, unreadable or unsupported.
 *
 * <p><b>Source:</b> the GGUF specification, versions 2 and 3, little-endian.
 */
public final class GgufFile implements Checkpoint {

    private final Path path;
    private final GgufMetadata metadata;
    private final long alignment;
    private final Map<String, ModelTensor> tensors;
    private final Arena arena;

    private GgufFile(Path path, GgufHeader header, Map<String, ModelTensor> tensors, Arena arena) {
        this.path = path;
        this.metadata = header.metadata();
        this.alignment = header.alignment();
        this.tensors = tensors;
        this.arena = arena;
    }

    /** Reads the header, checks it and maps the tensors. */
    public static GgufFile open(Path path) {
        String name = String.valueOf(path.getFileName());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            GgufHeader header = GgufHeaderParser.parse(name, channel);
            Arena arena = Arena.ofShared();
            try {
                return new GgufFile(path, header, map(channel, header, arena), arena);
            } catch (IOException | RuntimeException e) {
                arena.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new ModelFileException(path + ": no such file", e);
        } catch (IOException e) {
            throw new ModelFileException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static Map<String, ModelTensor> map(FileChannel channel, GgufHeader header, Arena arena)
            throws IOException {
        MemorySegment data = channel.map(MapMode.READ_ONLY, header.dataStart(), header.dataBytes(), arena);
        Map<String, ModelTensor> tensors = new LinkedHashMap<>();
        for (GgufHeader.TensorInfo info : header.tensors()) {
            MemorySegment slice = data.asSlice(info.offset(), info.sizeBytes());
            tensors.put(info.name(), new ModelTensor(info.name(), info.type(), info.shape(), slice));
        }
        return tensors;
    }

    @Override
    public Path path() {
        return path;
    }

    public GgufMetadata metadata() {
        return metadata;
    }

    /** {@code general.architecture} of the metadata. */
    @Override
    public String architecture() {
        return metadata.architecture();
    }

    /** Bytes: every tensor's offset within the data section is a multiple of it. */
    public long alignment() {
        return alignment;
    }

    /** All tensors in the file's order. */
    @Override
    public Collection<ModelTensor> tensors() {
        return Collections.unmodifiableCollection(tensors.values());
    }

    /** The tensor of that name; its absence is an error. */
    public ModelTensor tensor(String name) {
        return find(name)
                .orElseThrow(() -> new ModelFileException(path.getFileName() + ": tensor " + name + " is missing"));
    }

    /** The tensor of that name, or empty. */
    @Override
    public Optional<ModelTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    @Override
    public void close() {
        arena.close();
    }
}
