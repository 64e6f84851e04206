package io.insula.inference.graph.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** That what TensorRT would refuse is refused, and that memory is shared where it must be. */
class RecordedNetworkTest {

    private final RecordedNetwork network = new RecordedNetwork();

    @Test
    void operandsOfTwoTypesAreRefused() {
        Tensor wide = network.input("wide", ElementType.FLOAT32, -1, 4);
        Tensor narrow = network.input("narrow", ElementType.BFLOAT16, -1, 4);
        Tensor numbers = network.input("numbers", ElementType.INT32, -1, 4);
        Tensor flags = network.elementwise(Elementwise.LESS, numbers, numbers);
        refused(() -> network.elementwise(Elementwise.SUM, wide, narrow), "FLOAT32 of 2 dimensions and BFLOAT16");
        refused(() -> network.product(wide, narrow, true), "FLOAT32 of 2 dimensions and BFLOAT16");
        refused(() -> network.product(numbers, numbers, true), "product of INT32");
        refused(() -> network.select(flags, wide, narrow), "FLOAT32 of 2 dimensions and BFLOAT16");
        refused(() -> network.select(wide, wide, wide), "select by FLOAT32");
        refused(() -> network.elementwise(Elementwise.AND, numbers, numbers), "AND of INT32");
        refused(() -> network.gather(wide, narrow, 0), "gather by BFLOAT16");
        refused(() -> network.concat(0, wide, narrow), "FLOAT32 of 2 dimensions and BFLOAT16");
    }

    @Test
    void operandsOfDifferentlyManyDimensionsAreRefused() {
        Tensor two = network.input("two", ElementType.FLOAT32, -1, 4);
        Tensor three = network.input("three", ElementType.FLOAT32, 1, -1, 4);
        refused(() -> network.elementwise(Elementwise.SUM, two, three), "of 2 dimensions and FLOAT32 of 3");
        refused(() -> network.product(three, two, true), "of 3 dimensions and FLOAT32 of 2");
    }

    @Test
    void outputsHaveOneNameAndAreNoInputs() {
        Tensor a = network.input("a", ElementType.FLOAT32, -1, 4);
        Tensor sum = network.elementwise(Elementwise.SUM, a, a);
        refused(() -> network.output("b", network.cast(a, ElementType.FLOAT32)), "output b: an input");
        refused(() -> network.output("a", sum), "output a: twice");
        network.output("sum", sum);
        refused(() -> network.output("other", sum), "output other: has another name");
        refused(() -> network.output("sum", network.elementwise(Elementwise.SUM, a, sum)), "output sum: twice");
        refused(() -> network.input("sum", ElementType.FLOAT32, 1), "input sum: twice");
    }

    @Test
    void reshapesThatSayTooLittleAreRefused() {
        Tensor a = network.input("a", ElementType.FLOAT32, -1, 4);
        refused(() -> network.reshape(a, -1, -1), "(expected: at most one -1)");
        refused(() -> network.reshape(a, 1, 1, 0), "(expected: 0 where there is a dimension to take)");
        refused(() -> network.reshape(a, -2, 4), "(expected: no other negative size)");
        refused(() -> network.reshape(a, 1, 1, 1, 1, 1, 1, 1, -1, 4), "(expected: at most 8 dimensions)");
        refused(() -> network.largest(a, 3841), "largest: 3841 (expected: 1..3840)");
        refused(() -> network.largest(a, 0), "largest: 0 (expected: 1..3840)");
    }

    /** TensorRT 10.15 has rotary layers for int64 alone. */
    @Test
    void positionsOfRotationsAreInt64() {
        Tensor heads = network.input("heads", ElementType.FLOAT32, -1, 2, -1, 4);
        Tensor table = network.input("table", ElementType.FLOAT32, 8, 2);
        Tensor positions = network.input("positions", ElementType.INT32, -1, -1);
        refused(() -> network.rotary(heads, table, table, false, positions), "rotary at INT32 (expected: INT64)");
        Tensor wide = network.cast(positions, ElementType.INT64);
        assertThat(network.rotary(heads, table, table, false, wide).type()).isEqualTo(ElementType.FLOAT32);
        refused(() -> network.elementwise(Elementwise.SUM, wide, positions), "INT64 of 2 dimensions and INT32");
    }

    @Test
    void whatCannotBeDequantisedIsRefused() {
        Tensor bytes = quantised(ElementType.FLOAT8, 4, 6);
        Tensor halves = quantised(ElementType.INT4, 4, 6);
        assertThat(network.dequantize(bytes, scales(1, 6), 1).type()).isEqualTo(ElementType.FLOAT32);
        assertThat(network.dequantize(halves, scales(1, 2, 6), 0).type()).isEqualTo(ElementType.FLOAT32);
        refused(() -> network.dequantize(bytes, scales(1, 6), 0), "(expected: a scale for each place along the axis)");
        refused(() -> network.dequantize(bytes, scales(0, 6), 1), "(expected: positive scales)");
        refused(() -> network.dequantize(bytes, scales(1, 2, 6), 0), "(expected: blocks of INT4 only)");
        refused(() -> network.dequantize(halves, scales(1, 2, 6), 1), "(expected: whole blocks along the axis alone)");
        refused(() -> network.dequantize(halves, scales(1, 3, 6), 0), "(expected: whole blocks along the axis alone)");
        Tensor odd = quantised(ElementType.INT4, 4, 5);
        refused(() -> network.dequantize(odd, scales(1, 5), 1), "(expected: an even last dimension)");
    }

    private Tensor quantised(ElementType type, long rows, long columns) {
        return network.constant(type, new long[] {rows, columns}, Arena.ofAuto().allocate(type.bytes(rows * columns)));
    }

    private Tensor scales(float value, long... shape) {
        float[] factors = new float[Math.toIntExact(HostTensor.elements(shape))];
        Arrays.fill(factors, value);
        return new Constants(network, Arena.ofAuto()).floats(shape, factors);
    }

    @Test
    void aMaskHasEveryTokenAndPosition() {
        Tensor query = network.input("query", ElementType.FLOAT32, -1, 2, -1, 4);
        Tensor key = network.input("key", ElementType.FLOAT32, -1, 1, -1, 4);
        Tensor place = network.input("place", ElementType.INT32, 1, 1, 1, -1);
        Tensor mask = network.elementwise(Elementwise.LESS, place, place);
        network.output("attended", network.attention(query, key, key, mask));
        NetworkInterpreter interpreter = new NetworkInterpreter(network);
        refused(
                () -> interpreter.run(Map.of(
                        "query", HostTensor.of(ElementType.FLOAT32, 1, 2, 3, 4),
                        "key", HostTensor.of(ElementType.FLOAT32, 1, 1, 5, 4),
                        "place", HostTensor.of(ElementType.INT32, 1, 1, 1, 5))),
                "attention: shapes [1, 1, 1, 5] and [1, 2, 3, 5] do not fit");
    }

    @Test
    void anUpdateLongerThanItsCacheIsRefused() {
        Tensor cache = network.input("cache", ElementType.FLOAT32, -1, 1, 2, 1);
        Tensor rows = network.input("rows", ElementType.FLOAT32, -1, 1, -1, 1);
        Tensor past = network.input("past", ElementType.INT32, -1);
        network.output("present", network.cacheUpdate(cache, rows, past));
        NetworkInterpreter interpreter = new NetworkInterpreter(network);
        refused(
                () -> interpreter.run(Map.of(
                        "cache", HostTensor.of(ElementType.FLOAT32, 1, 1, 2, 1),
                        "rows", HostTensor.of(ElementType.FLOAT32, 1, 1, 3, 1),
                        "past", HostTensor.of(ElementType.INT32, 1))),
                "cacheUpdate: shapes [1, 1, 2, 1] and [1, 1, 3, 1] do not fit");
    }

    @Test
    void shapesThatDoNotFitAreRefusedWhenTheyAreKnown() {
        Tensor a = network.input("a", ElementType.FLOAT32, -1, 4);
        Tensor b = network.input("b", ElementType.FLOAT32, -1, 4);
        network.output("sum", network.elementwise(Elementwise.SUM, a, b));
        NetworkInterpreter interpreter = new NetworkInterpreter(network);
        refused(
                () -> interpreter.run(Map.of(
                        "a", HostTensor.of(ElementType.FLOAT32, 2, 4), "b", HostTensor.of(ElementType.FLOAT32, 3, 4))),
                "shapes [2, 4] and [3, 4] do not fit");
        refused(
                () -> interpreter.run(Map.of(
                        "a", HostTensor.of(ElementType.FLOAT32, 2, 5), "b", HostTensor.of(ElementType.FLOAT32, 2, 5))),
                "FLOAT32 [2, 5] (expected: FLOAT32 [-1, 4])");
        refused(() -> interpreter.run(Map.of("a", HostTensor.of(ElementType.FLOAT32, 2, 4))), "(expected: [a, b])");
    }

    @Test
    void anUpdatedCacheIsAnInputOfFixedCapacityAndAnOutput() {
        Tensor open = network.input("open", ElementType.FLOAT32, -1, 2, -1, 4);
        Tensor cache = network.input("cache", ElementType.FLOAT32, -1, 2, 8, 4);
        Tensor rows = network.input("rows", ElementType.FLOAT32, -1, 2, -1, 4);
        Tensor past = network.input("past", ElementType.INT32, -1);
        refused(() -> network.cacheUpdate(open, rows, past), "its capacity is open");
        refused(() -> network.cacheUpdate(network.cast(open, ElementType.FLOAT32), rows, past), "capacity is open");
        Tensor updated = network.cacheUpdate(cache, rows, past);
        refused(network::finish, "the update of cache is no output");
        network.output("present", updated);
        network.finish();
        assertThat(network.aliasOf("present")).isEqualTo("cache");
    }

    @Test
    void aCacheIsUpdatedInPlaceAndNothingIsWrittenBehindIt() {
        Tensor cache = network.input("cache", ElementType.FLOAT16, -1, 1, 4, 1);
        Tensor rows = network.input("rows", ElementType.FLOAT16, -1, 1, -1, 1);
        Tensor past = network.input("past", ElementType.INT32, -1);
        network.output("present", network.cacheUpdate(cache, rows, past));
        HostTensor memory = HostTensor.of(ElementType.FLOAT16, 2, 1, 4, 1);
        HostTensor update = HostTensor.of(ElementType.FLOAT16, 2, 1, 2, 1);
        for (int i = 0; i < 4; i++) {
            update.set(i, 1 + i);
        }
        Map<String, HostTensor> outputs = new NetworkInterpreter(network)
                .run(Map.of("cache", memory, "rows", update, "past", HostTensor.ofInts(new long[] {2}, 1, 3)));
        assertThat(outputs.get("present")).isSameAs(memory);
        double[] written = new double[8];
        for (int i = 0; i < written.length; i++) {
            written[i] = memory.get(i);
        }
        assertThat(written).containsExactly(0, 1, 2, 0, 0, 0, 0, 0);
    }

    private static void refused(ThrowingCallable call, String why) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
    }
}
