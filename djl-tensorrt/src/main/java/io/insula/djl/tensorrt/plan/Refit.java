package io.insula.djl.tensorrt.plan;

/** Whether a plan's weights can be replaced after it was built. */
public enum Refit {
    /** Never; the fastest plan. */
    NONE("none"),
    /** By the weights that it was built from only; as fast. What a stripped plan needs at least. */
    IDENTICAL("identical"),
    /** By any weights of the same shapes; some optimizations are lost. */
    ANY("any");

    private final String option;

    Refit(String option) {
        this.option = option;
    }

    String option() {
        return option;
    }
}
