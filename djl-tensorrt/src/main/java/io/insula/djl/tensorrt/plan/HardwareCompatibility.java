package io.insula.djl.tensorrt.plan;

/** Which other GPUs a plan shall run on, at some cost in speed. */
public enum HardwareCompatibility {
    /** The GPU that it is built on. */
    NONE("none", "kNONE"),
    /** Ampere and newer. */
    AMPERE_PLUS("amperePlus", "kAMPERE_PLUS"),
    /** All of the same compute capability; not in every version of TensorRT 10. */
    SAME_COMPUTE_CAPABILITY("sameComputeCapability", "kSAME_COMPUTE_CAPABILITY");

    private final String option;
    private final String level;

    HardwareCompatibility(String option, String level) {
        this.option = option;
        this.level = level;
    }

    /** The name of the level in TensorRT. */
    public String level() {
        return level;
    }

    String option() {
        return option;
    }
}
