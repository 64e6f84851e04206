package io.insula.djl.tensorrt.memory;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A block that was not given back yet.
 *
 * @param what what it was taken for, for example {@code NDArray (2, 3) float32}
 * @param sizeBytes its size
 * @param where where it was taken, null unless origins are recorded
 */
public record Holding(String what, long sizeBytes, @Nullable Throwable where) {

    private static final int FRAMES = 12;

    @Override
    public String toString() {
        String line = what + ", " + sizeBytes + " bytes";
        if (where == null) {
            return line;
        }
        return Arrays.stream(where.getStackTrace())
                .filter(frame -> !frame.getClassName().equals(DeviceMemory.class.getName()))
                .limit(FRAMES)
                .map(frame -> "\n    at " + frame)
                .collect(Collectors.joining("", line + ", taken", ""));
    }
}
