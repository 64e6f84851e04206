package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.cuda.FakeCuda.RowCopy;
import io.insula.djl.tensorrt.cuda.RowBlocks;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run of prompts, answers, moves and lengths, compared with the oracle: right as it is, and wrong with any one fault. */
class PlantedFaultsTest {

    private static final DecoderDescription DECODER = TinyModels.of(TinyModels.shape(2), TensorType.F32, 1);
    private static final int ROW_BYTES = 16 * Float.BYTES;
    private static final double TOLERANCE = 1e-4;

    static Stream<Named<UnaryOperator<RowCopy>>> faults() {
        return Stream.of(
                fault("new rows one position late", true, copy -> moved(copy, ROW_BYTES, 0)),
                fault(
                        "new rows of the next head",
                        true,
                        copy -> moved(copy, 0, copy.source().pitch())),
                fault(
                        "new rows with another stride",
                        true,
                        copy -> with(
                                copy,
                                new RowBlocks(
                                        copy.target().address(),
                                        copy.target().pitch() / 2,
                                        copy.target().blockRows()))),
                fault(
                        "new rows of too few blocks",
                        true,
                        copy -> new RowCopy(
                                copy.target(), copy.source(), copy.rowBytes(), copy.rows(), copy.blocks() - 1)),
                fault(
                        "new rows of one head alone",
                        true,
                        copy -> new RowCopy(copy.target(), copy.source(), copy.rowBytes(), 1, copy.blocks())),
                fault("new rows of the first row for every row", true, PlantedFaultsTest::firstRow),
                fault("no new rows", true, PlantedFaultsTest::nothing),
                fault("the cache not laid out anew", false, PlantedFaultsTest::nothing),
                fault(
                        "the cache laid out one row off",
                        false,
                        copy -> moved(copy, 0, copy.source().pitch())));
    }

    /**
     * @param blocks whether copies of blocks are altered, else those of rows, with which the cache is laid out
     */
    private static Named<UnaryOperator<RowCopy>> fault(String name, boolean blocks, UnaryOperator<RowCopy> change) {
        return Named.of(name, copy -> (copy.blocks() > 1) == blocks ? change.apply(copy) : copy);
    }

    private static RowCopy moved(RowCopy copy, long target, long source) {
        return new RowCopy(
                new RowBlocks(
                        copy.target().address() + target,
                        copy.target().pitch(),
                        copy.target().blockRows()),
                new RowBlocks(
                        copy.source().address() + source,
                        copy.source().pitch(),
                        copy.source().blockRows()),
                copy.rowBytes(),
                copy.rows(),
                copy.blocks());
    }

    private static RowCopy with(RowCopy copy, RowBlocks target) {
        return new RowCopy(target, copy.source(), copy.rowBytes(), copy.rows(), copy.blocks());
    }

    private static RowCopy nothing(RowCopy copy) {
        return new RowCopy(copy.target(), copy.source(), copy.rowBytes(), 0, copy.blocks());
    }

    /** Memory begins at multiples of 512; the new rows of a step begin there, too. */
    private static RowCopy firstRow(RowCopy copy) {
        return moved(copy, 0, -(copy.source().address() % 512));
    }

    @Test
    void withoutAFaultTheOracleAgrees() {
        assertThat(deviation(copy -> copy)).isLessThan(TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultIsNoticed(UnaryOperator<RowCopy> fault) {
        assertThat(deviation(fault)).isGreaterThan(100 * TOLERANCE);
    }

    private static double deviation(UnaryOperator<RowCopy> fault) {
        FakeGpu gpu = new FakeGpu();
        TensorRtConfig config =
                FakeGpu.config(OracleRun.SLOTS, OracleRun.SLOT_TOKENS).withExactTrial(false);
        try (TensorRtDecoderEngine engine = gpu.open(DECODER, config)) {
            gpu.cuda.alterCopies(fault);
            return OracleRun.deviation(DECODER, engine);
        } catch (AssertionError noticed) {
            return Double.MAX_VALUE; // By the device itself.
        }
    }
}
