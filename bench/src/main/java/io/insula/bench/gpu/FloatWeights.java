package io.insula.bench.gpu;

import io.insula.inference.graph.Weights;
import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.ModelTensor;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A checkpoint's weights in float32: what kernels for fewer bits are compared with. */
final class FloatWeights implements Weights {

    private final Checkpoint checkpoint;
    private final Arena arena;
    private final Map<String, ModelTensor> known = new HashMap<>();

    /**
     * @param arena whose memory they live in
     */
    FloatWeights(Checkpoint checkpoint, Arena arena) {
        this.checkpoint = checkpoint;
        this.arena = arena;
    }

    @Override
    public Optional<ModelTensor> find(String name) {
        ModelTensor found = known.get(name);
        if (found == null) {
            found = checkpoint.find(name).map(this::dequantised).orElse(null);
            if (found != null) {
                known.put(name, found);
            }
        }
        return Optional.ofNullable(found);
    }

    private ModelTensor dequantised(ModelTensor tensor) {
        MemorySegment data = arena.allocate(Math.multiplyExact(tensor.elements(), Float.BYTES), Long.BYTES);
        float[] row = new float[Math.toIntExact(tensor.columns())];
        for (long at = 0; at < tensor.elements(); at += row.length) {
            tensor.toFloat(at, row);
            MemorySegment.copy(row, 0, data, ValueLayout.JAVA_FLOAT, at * Float.BYTES, row.length);
        }
        return new ModelTensor(tensor.name(), TensorType.F32, tensor.shape(), data);
    }
}
