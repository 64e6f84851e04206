package io.insula.djl.tensorrt.network;

/** What is computed of two elements each. */
public enum Elementwise {
    SUM,
    PRODUCT,
    DIFFERENCE,
    QUOTIENT,
    MAXIMUM,
    /** Whether both of two booleans hold. */
    AND,
    /** Whether the first is greater, a boolean. */
    GREATER,
    /** Whether the first is less, a boolean. */
    LESS
}
