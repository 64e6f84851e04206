package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.DecoderEngineContractTest;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract on a GPU, with the network of plain operations in float32.
 *
 * <p>That network adds what a token sees of the cache and of its own step, so that its bits depend on where a prompt is cut; and
 * TensorRT promises nothing about rows. {@link BatchInvarianceGpuIT} measures both.
 */
class EngineContractGpuIT extends DecoderEngineContractTest {

    @TempDir
    static Path plans = Path.of("/");

    @BeforeAll
    static void needsAGpu() {
        GpuEngines.required();
    }

    static Stream<Named<DecoderDescription>> models() {
        return Stream.of(Named.of("F32 llama", TinyModels.of(TensorType.F32)));
    }

    /** Weights of few bits become float32 before the network is built. */
    static Stream<Named<DecoderDescription>> quantisedArchitectures() {
        return TinyModels.architectures(TensorType.Q4_1).limit(2);
    }

    @Override
    protected boolean promises(Exactness exactness) {
        return false;
    }

    @Override
    protected DecoderEngine load(DecoderDescription decoder, int slots, int slotTokens, int threads) {
        return GpuEngines.open(decoder, ElementType.FLOAT32, slots, slotTokens, plans);
    }

    @Override
    protected List<Integer> threadCounts() {
        return List.of(1);
    }
}
