package io.insula.djl.tensorrt;

import io.insula.djl.tensorrt.cuda.PinnedMemory;
import io.insula.djl.tensorrt.memory.DeviceStream;
import java.util.HashMap;
import java.util.Map;

/**
 * Host memory for the tensors that TensorRT reads or writes there: values that decide shapes.
 *
 * <p><b>Thread</b>: one at a time.
 */
final class HostTensors implements AutoCloseable {

    private final TensorRtNDManager manager;
    private final DeviceStream stream;
    private final Map<String, PinnedMemory> memories = new HashMap<>();

    HostTensors(TensorRtNDManager manager) {
        this.manager = manager;
        this.stream = manager.stream();
    }

    boolean isEmpty() {
        return memories.isEmpty();
    }

    /** Where TensorRT reads or writes a tensor. */
    long address(String tensor, long sizeBytes) {
        PinnedMemory memory = memories.get(tensor);
        if (memory == null || memory.segment().byteSize() < sizeBytes) {
            if (memory != null) {
                stream.synchronize();
                memory.close();
            }
            memory = manager.pinned(Math.max(1, sizeBytes));
            memories.put(tensor, memory);
        }
        return memory.segment().address();
    }

    /** Brings the values of an input to the host, before TensorRT looks at them. */
    void fetch(String tensor, TensorRtNDArray array) {
        PinnedMemory memory = memories.get(tensor);
        if (memory != null) {
            // A run that is still on its way reads the values of before.
            stream.synchronize();
            array.copyTo(memory.segment().asSlice(0, array.sizeBytes()));
        }
    }

    /** Takes the values of an output from the host, after the run. */
    void deliver(String tensor, TensorRtNDArray array) {
        PinnedMemory memory = memories.get(tensor);
        if (memory != null) {
            stream.synchronize();
            array.copyFrom(memory.segment().asSlice(0, array.sizeBytes()));
        }
    }

    @Override
    public void close() {
        memories.values().forEach(PinnedMemory::close);
        memories.clear();
    }
}
