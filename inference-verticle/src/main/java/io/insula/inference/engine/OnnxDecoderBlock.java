package io.insula.inference.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.onnxruntime.engine.OrtNDArray;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.insula.inference.graph.onnx.OnnxGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a decoder's ONNX Runtime session with its caches and its logits in place.
 *
 * <p>DJL's own block asks the session for new outputs, so that every step would copy the whole cache. This one gives it the
 * memory to write to: the outputs are among the inputs of {@link #forward}.
 *
 * <p><b>Order:</b> the arrays of a step are {@code hidden, step_shape, selected, last_positions, total_length, logits}, then
 * keys and values of every layer.
 */
final class OnnxDecoderBlock extends AbstractBlock implements AutoCloseable {

    private final OrtSession session;
    private final List<String> inputs = new ArrayList<>();
    private final List<@Nullable String> outputs = new ArrayList<>();

    OnnxDecoderBlock(OrtSession session, int layers) {
        this.session = session;
        add(OnnxGraph.HIDDEN, null);
        add(OnnxGraph.STEP_SHAPE, null);
        add(OnnxGraph.SELECTED, null);
        add(OnnxGraph.LAST_POSITIONS, null);
        add(OnnxGraph.TOTAL_LENGTH, null);
        add("", OnnxGraph.LOGITS);
        for (int layer = 0; layer < layers; layer++) {
            add(OnnxGraph.pastKey(layer), OnnxGraph.presentKey(layer));
            add(OnnxGraph.pastValue(layer), OnnxGraph.presentValue(layer));
        }
    }

    private void add(String input, @Nullable String output) {
        inputs.add(input);
        outputs.add(output);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters, NDList arrays, boolean training, @Nullable PairList<String, Object> options) {
        Map<String, OnnxTensor> given = HashMap.newHashMap(arrays.size());
        Map<String, OnnxTensor> written = HashMap.newHashMap(arrays.size());
        NDList results = new NDList(1);
        for (int i = 0; i < arrays.size(); i++) {
            NDArray array = arrays.get(i);
            OnnxTensor tensor = ((OrtNDArray) array).getTensor();
            String input = inputs.get(i);
            String output = outputs.get(i);
            if (!input.isEmpty()) {
                given.put(input, tensor);
            }
            if (output != null) {
                written.put(output, tensor);
            }
            if (OnnxGraph.LOGITS.equals(output)) {
                results.add(array);
            }
        }
        try {
            session.run(given, Set.of(), written).close();
        } catch (OrtException e) {
            throw new EngineException("ONNX Runtime failed: " + e.getMessage(), e);
        }
        return results;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[outputs.indexOf(OnnxGraph.LOGITS)]};
    }

    @Override
    public void initialize(NDManager manager, ai.djl.ndarray.types.DataType type, Shape... shapes) {
        throw new UnsupportedOperationException("the weights belong to the session");
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new EngineException("ONNX Runtime failed to close: " + e.getMessage(), e);
        }
    }
}
