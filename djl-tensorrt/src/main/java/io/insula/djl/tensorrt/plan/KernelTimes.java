package io.insula.djl.tensorrt.plan;

import java.io.IOException;

/**
 * What earlier builds measured: TensorRT's timing cache, as it serializes it.
 *
 * <p>A build reads them first, and adds what it measured to what is stored by then: other builds run meanwhile.
 */
public interface KernelTimes {
    /** Keeps nothing. */
    KernelTimes NONE = new KernelTimes() {
        @Override
        public byte[] read() {
            return new byte[0];
        }

        @Override
        public void write(byte[] times) {
            // What is not kept need not be written.
        }

        @Override
        public boolean kept() {
            return false;
        }
    };

    /** What is stored; empty when there is nothing usable. */
    byte[] read() throws IOException;

    /** Stores, in place of what was there. */
    void write(byte[] times) throws IOException;

    /** Whether anything is stored at all. */
    default boolean kept() {
        return true;
    }
}
