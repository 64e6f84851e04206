package io.insula.djl.tensorrt.nvinfer;

import io.insula.djl.tensorrt.nvinfer.CppObject.Function;
import io.insula.djl.tensorrt.plan.BuildProgress;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@code nvinfer1::IProgressMonitor} whose functions are Java's: start, step, finish.
 *
 * <p><b>Thread</b>: TensorRT calls from any of its threads until the builder's configuration is deleted; the monitor is
 * closed after that.
 */
final class ProgressCallbacks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressCallbacks.class);
    private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;

    private final BuildProgress progress;
    private final CppObject object;

    ProgressCallbacks(BuildProgress progress) {
        this.progress = progress;
        object = new CppObject(
                MethodHandles.lookup(),
                this,
                "IProgressMonitor",
                new Function("phaseStart", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, ValueLayout.JAVA_INT)),
                new Function(
                        "stepComplete",
                        FunctionDescriptor.of(ValueLayout.JAVA_BOOLEAN, ADDRESS, ADDRESS, ValueLayout.JAVA_INT)),
                new Function("phaseFinish", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS)));
    }

    /** The address of the C++ object. */
    long address() {
        return object.address();
    }

    @Override
    public void close() {
        object.close();
    }

    void phaseStart(MemorySegment self, MemorySegment name, MemorySegment parent, int steps) {
        try {
            progress.phaseStart(CppObject.text(name), parent.address() == 0 ? null : CppObject.text(parent), steps);
        } catch (RuntimeException | Error lost) {
            drop(lost);
        }
    }

    boolean stepComplete(MemorySegment self, MemorySegment name, int step) {
        try {
            return progress.stepComplete(CppObject.text(name), step);
        } catch (RuntimeException | Error lost) {
            drop(lost);
            return false;
        }
    }

    void phaseFinish(MemorySegment self, MemorySegment name) {
        try {
            progress.phaseFinish(CppObject.text(name));
        } catch (RuntimeException | Error lost) {
            drop(lost);
        }
    }

    /** What is thrown out of a callback ends the process, so progress is lost rather than thrown. */
    private static void drop(Throwable lost) {
        LOG.debug("progress of a build is lost", lost);
    }
}
