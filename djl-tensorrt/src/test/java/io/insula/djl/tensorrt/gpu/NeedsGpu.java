package io.insula.djl.tensorrt.gpu;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test that runs where TensorRT and a GPU are, and is skipped with a sentence elsewhere. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(GpuCondition.class)
@interface NeedsGpu {
    /** Whether plans are built, which takes the builder's libraries as well. */
    boolean builder() default true;
}
