package io.insula.inference.graph.onnx;

import com.google.protobuf.ByteString;
import io.insula.inference.weights.ModelTensor;
import java.util.List;

/**
 * A decoder as ONNX Runtime loads it.
 *
 * <p>Inputs: {@link #HIDDEN} {@code [tokens, hidden]} float32, {@link #STEP_SHAPE} int64 {@code [rows, tokens of each, -1]},
 * {@link #SELECTED} int64: the tokens whose logits are wanted, {@link #LAST_POSITIONS} int32 {@code [rows]}: each row's tokens
 * after the step less one, {@link #TOTAL_LENGTH} int32 scalar: the largest of them plus one, and for every layer
 * {@code past.key} and {@code past.value} {@code [rows, kvHeads, capacity, headSize]} float32. Outputs: {@link #LOGITS} and
 * {@code present.key}, {@code present.value}, which may be the same memory.
 *
 * @param model serialised ModelProto, without the weights
 * @param initializers the weights
 * @param embedding the table whose rows are the hidden states of the step's tokens
 * @param weights all tensors that the model was made of, in the order of their use
 */
public record OnnxGraph(
        ByteString model, List<OnnxInitializer> initializers, ModelTensor embedding, List<ModelTensor> weights) {

    /** Changes whenever the graph's numbers may. */
    public static final int VERSION = 2;

    public static final String HIDDEN = "hidden";
    public static final String STEP_SHAPE = "step_shape";
    public static final String SELECTED = "selected";
    public static final String LAST_POSITIONS = "last_positions";
    public static final String TOTAL_LENGTH = "total_length";
    public static final String LOGITS = "logits";

    public static String pastKey(int layer) {
        return "past.key." + layer;
    }

    public static String pastValue(int layer) {
        return "past.value." + layer;
    }

    public static String presentKey(int layer) {
        return "present.key." + layer;
    }

    public static String presentValue(int layer) {
        return "present.value." + layer;
    }
}
