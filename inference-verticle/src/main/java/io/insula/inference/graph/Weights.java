package io.insula.inference.graph;

import io.insula.inference.weights.ModelFileException;
import io.insula.inference.weights.ModelTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where a decoder's weights come from, by the names that GGUF gives them.
 *
 * <p><b>Errors:</b> a tensor that is missing or of another shape than the hyperparameters ask for is a
 * {@link ModelFileException}.
 */
@FunctionalInterface
public interface Weights {

    Optional<ModelTensor> find(String name);

    /** A weight of {@code rows} outputs by {@code columns} inputs. */
    default ModelTensor matrix(String name, int rows, int columns) {
        return require(name, columns, rows);
    }

    /** A weight of one dimension. */
    default ModelTensor vector(String name, int elements) {
        return require(name, elements);
    }

    private ModelTensor require(String name, long... shape) {
        ModelTensor tensor =
                find(name).orElseThrow(() -> new ModelFileException("tensor " + name + " is missing from the model"));
        List<Long> expected = Arrays.stream(shape).boxed().toList();
        if (!tensor.shape().equals(expected)) {
            throw new ModelFileException(
                    "tensor " + name + ": shape " + tensor.shape() + " (expected: " + expected + ")");
        }
        return tensor;
    }
}
