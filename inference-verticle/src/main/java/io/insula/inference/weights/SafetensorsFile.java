package io.insula.inference.weights;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Maps the tensors of a safetensors file.
 *
 * <p>Everything that the header says about offsets and lengths is checked against the file's size before a byte of tensor data
 * is mapped.
 *
 * <p><b>Errors:</b> {@link ModelFileException}, and nothing else, for a file that is broken, unreadable or unsupported.
 *
 * <p><b>Source:</b> the safetensors format: the header's length as a 64-bit integer, the header in JSON, the data.
 */
final class SafetensorsFile {

    /** The format's own limit. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private static final int MAX_TENSORS = 1 << 16;
    private static final int MAX_DIMENSIONS = 4;
    private static final String NOTES = "__metadata__";
    private static final Map<String, TensorType> TYPES =
            Map.of("F32", TensorType.F32, "F16", TensorType.F16, "BF16", TensorType.BF16);

    private final String file;
    private final long dataBytes;

    private SafetensorsFile(String file, long dataBytes) {
        this.file = file;
        this.dataBytes = dataBytes;
    }

    /** Where a tensor lies within the data. */
    private record Place(String name, TensorType type, List<Long> shape, long from, long to) {}

    /** The file's tensors under its own names; their data is accessible until the arena closes. */
    static List<ModelTensor> map(Path path, Arena arena) {
        String name = String.valueOf(path.getFileName());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            long headerBytes = size < Long.BYTES
                    ? -1
                    : read(channel, 0, Long.BYTES, name)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong(0);
            if (headerBytes < 2 || headerBytes > Math.min(MAX_HEADER_BYTES, size - Long.BYTES)) {
                throw new ModelFileException(name + ": header of " + Long.toUnsignedString(headerBytes)
                        + " bytes (expected: 2.." + MAX_HEADER_BYTES + ", within the file's " + size + ")");
            }
            String json = StandardCharsets.UTF_8
                    .decode(read(channel, Long.BYTES, (int) headerBytes, name))
                    .toString();
            long dataStart = Long.BYTES + headerBytes;
            SafetensorsFile read = new SafetensorsFile(name, size - dataStart);
            List<Place> places = read.places(JsonDocument.parse(name, json));
            MemorySegment data = channel.map(MapMode.READ_ONLY, dataStart, size - dataStart, arena);
            return places.stream()
                    .map(place -> new ModelTensor(
                            place.name(),
                            place.type(),
                            place.shape(),
                            data.asSlice(place.from(), place.to() - place.from())))
                    .toList();
        } catch (NoSuchFileException e) {
            throw new ModelFileException(path + ": no such file", e);
        } catch (IOException e) {
            throw new ModelFileException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static ByteBuffer read(FileChannel channel, long from, int bytes, String file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw new ModelFileException(file + ": the file became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    private List<Place> places(JsonDocument header) {
        JsonObject entries = header.object();
        if (entries.size() > MAX_TENSORS) {
            throw broken(entries.size() + " tensors (expected: at most " + MAX_TENSORS + ")");
        }
        List<Place> places = new ArrayList<>();
        for (String name : entries.fieldNames()) {
            if (!name.equals(NOTES)) {
                places.add(place(name, header.find(name).orElseThrow(() -> broken("tensor " + name + " is null"))));
            }
        }
        List<Place> ordered = new ArrayList<>(places);
        ordered.sort(Comparator.comparingLong(Place::from));
        for (int i = 1; i < ordered.size(); i++) {
            if (ordered.get(i - 1).to() > ordered.get(i).from()) {
                throw broken("tensors " + ordered.get(i - 1).name() + " and "
                        + ordered.get(i).name() + " overlap");
            }
        }
        return places;
    }

    private Place place(String name, JsonDocument entry) {
        String what = "tensor " + name;
        TensorType type = TYPES.get(entry.string("dtype"));
        if (type == null) {
            throw broken(what + ": dtype " + entry.string("dtype") + " (expected: F32, F16 or BF16)");
        }
        List<Long> shape = new ArrayList<>(list(entry, "shape"));
        List<Long> offsets = list(entry, "data_offsets");
        if (shape.isEmpty() || shape.size() > MAX_DIMENSIONS || shape.stream().anyMatch(dimension -> dimension < 1)) {
            throw broken(what + ": shape " + shape + " (expected: 1.." + MAX_DIMENSIONS + " dimensions of at least 1)");
        }
        if (offsets.size() != 2) {
            throw broken(what + ": " + offsets.size() + " data offsets (expected: 2)");
        }
        long from = offsets.getFirst();
        long to = offsets.getLast();
        if (from < 0 || to < from || to > dataBytes) {
            throw broken(what + ": bytes " + from + ".." + to + " (expected: within the " + dataBytes
                    + " bytes of tensor data in the file)");
        }
        if (to - from != bytes(what, type, shape)) {
            throw broken(what + ": " + (to - from) + " bytes (expected: " + bytes(what, type, shape) + " for shape "
                    + shape + " of " + type + ")");
        }
        return new Place(name, type, shape.reversed(), from, to);
    }

    private List<Long> list(JsonDocument entry, String key) {
        if (!(entry.object().getValue(key) instanceof JsonArray)) {
            throw entry.broken(key + " is missing (expected: a list of integers)");
        }
        return entry.integers(key);
    }

    private long bytes(String what, TensorType type, List<Long> shape) {
        try {
            return type.bytes(shape.stream().reduce(1L, Math::multiplyExact));
        } catch (ArithmeticException e) {
            throw new ModelFileException(file + ": " + what + ": shape " + shape + " overflows", e);
        }
    }

    private ModelFileException broken(String what) {
        return new ModelFileException(file + ": " + what);
    }
}
