package io.insula.djl.tensorrt.nvinfer;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bytedeco.tensorrt.global.nvinfer.BuilderFlag;
import org.bytedeco.tensorrt.global.nvinfer.HardwareCompatibilityLevel;
import org.bytedeco.tensorrt.global.nvinfer.NetworkDefinitionCreationFlag;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;

/**
 * What only some versions of TensorRT's builder have, asked for by name, so that one source serves all lines of the
 * bindings: 10.6 lacks a compatibility level, 11 has strongly typed networks only.
 */
final class BuilderLine {
    private BuilderLine() {}

    /** Sets a flag that an option asks for; refuses the option where the line has no such flag. */
    static void set(IBuilderConfig config, String flag, String option) {
        config.setFlag(find(BuilderFlag.class, flag).orElseThrow(() -> absent(option)));
    }

    static void clear(IBuilderConfig config, String flag, String option) {
        config.clearFlag(find(BuilderFlag.class, flag).orElseThrow(() -> absent(option)));
    }

    static void compatibility(IBuilderConfig config, String level, String option) {
        config.setHardwareCompatibilityLevel(
                find(HardwareCompatibilityLevel.class, level).orElseThrow(() -> absent(option)));
    }

    /** The bits for a new network; where networks are always strongly typed there is no bit to say so. */
    static int networkFlags(boolean stronglyTyped) {
        return stronglyTyped
                ? find(NetworkDefinitionCreationFlag.class, "kSTRONGLY_TYPED")
                        .map(flag -> 1 << flag.value)
                        .orElse(0)
                : 0;
    }

    private static <E extends Enum<E>> Optional<E> find(Class<E> type, String name) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equals(name))
                .findFirst();
    }

    private static IllegalArgumentException absent(String option) {
        return new IllegalArgumentException(option + " (expected: something else, TensorRT "
                + NativeLibraries.line().tensorRtMajor() + "."
                + NativeLibraries.line().tensorRtMinor()
                + " does not have it; its builder knows "
                + Arrays.stream(BuilderFlag.values()).map(Enum::name).collect(Collectors.joining(", ")) + ")");
    }
}
