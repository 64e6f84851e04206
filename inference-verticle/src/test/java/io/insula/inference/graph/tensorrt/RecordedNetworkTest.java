package io.insula.inference.graph.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Tensor;
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
