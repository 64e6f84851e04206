package io.insula.djl.tensorrt.plan;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Types that TensorRT may choose by itself for layers whose network is not strongly typed.
 *
 * <p>Only TensorRT 10 knows them; from 11 on every network is strongly typed.
 */
public enum Precision {
    FP16("kFP16"),
    BF16("kBF16"),
    INT8("kINT8"),
    FP8("kFP8");

    private final String flag;

    Precision(String flag) {
        this.flag = flag;
    }

    /** The name of its builder flag. */
    public String flag() {
        return flag;
    }

    String option() {
        return name().toLowerCase(Locale.ROOT);
    }

    static String options() {
        return Arrays.stream(values()).map(Precision::option).collect(Collectors.joining(", "));
    }
}
