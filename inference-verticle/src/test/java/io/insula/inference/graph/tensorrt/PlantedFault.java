package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.inference.graph.DecoderDescription;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A fault that a writer could have, planted into what it writes.
 *
 * @param what is wrong
 * @param dialects that can have it
 * @param plant changes what goes to a network
 */
record PlantedFault(String what, List<Dialect> dialects, UnaryOperator<Network> plant) {

    static List<PlantedFault> all() {
        return List.of(
                new PlantedFault(
                        "a token does not see itself",
                        List.of(Dialect.PORTABLE, Dialect.LAYERS),
                        network -> new PassingNetwork(network) {
                            @Override
                            public Tensor elementwise(Elementwise operation, Tensor a, Tensor b) {
                                boolean next = within("visibility")
                                        && operation == Elementwise.SUM
                                        && ((RecordedTensor) a).rank() == 4;
                                return next ? a : super.elementwise(operation, a, b);
                            }
                        }),
                new PlantedFault(
                        "the cache is seen beyond the past",
                        List.of(Dialect.PORTABLE),
                        network -> new PassingNetwork(network) {
                            private boolean cached = true;

                            @Override
                            public Tensor select(Tensor condition, Tensor then, Tensor otherwise) {
                                cached = !cached;
                                return cached ? super.select(condition, then, otherwise) : then;
                            }
                        }),
                new PlantedFault(
                        "unseen scores are added to",
                        List.of(Dialect.PORTABLE),
                        network -> new PassingNetwork(network) {
                            @Override
                            public Tensor select(Tensor condition, Tensor then, Tensor otherwise) {
                                Tensor zero = constant(
                                        ElementType.FLOAT32,
                                        Constants.ones(4),
                                        Arena.ofAuto().allocate(Float.BYTES));
                                return elementwise(Elementwise.SUM, then, super.select(condition, zero, otherwise));
                            }
                        }),
                new PlantedFault(
                        "positions forget the past",
                        List.of(Dialect.PORTABLE, Dialect.LAYERS),
                        network -> new PassingNetwork(network) {
                            @Override
                            public Tensor elementwise(Elementwise operation, Tensor a, Tensor b) {
                                Tensor zeros = a;
                                if (within("step") && operation == Elementwise.SUM) {
                                    zeros = super.elementwise(Elementwise.DIFFERENCE, a, a);
                                }
                                return super.elementwise(operation, zeros, b);
                            }
                        }),
                new PlantedFault(
                        "keys and values are mixed up",
                        List.of(Dialect.PORTABLE, Dialect.LAYERS),
                        network -> new PassingNetwork(network) {
                            @Override
                            public void output(String name, Tensor value) {
                                String other = name.contains("key")
                                        ? name.replace("key", "value")
                                        : name.replace("value", "key");
                                super.output(name.matches("(new|present)_.*") ? other : name, value);
                            }
                        }),
                new PlantedFault("pairs are others", List.of(Dialect.LAYERS), network -> new PassingNetwork(network) {
                    @Override
                    public Tensor rotary(
                            Tensor x, Tensor cosines, Tensor sines, boolean interleaved, Tensor positions) {
                        return super.rotary(x, cosines, sines, !interleaved, positions);
                    }
                }),
                new PlantedFault(
                        "rows are written one too far",
                        List.of(Dialect.LAYERS),
                        network -> new PassingNetwork(network) {
                            @Override
                            public Tensor cacheUpdate(Tensor cache, Tensor update, Tensor indices) {
                                Tensor one = new Constants(network, Arena.ofAuto()).scalar(1, 1);
                                return super.cacheUpdate(cache, update, elementwise(Elementwise.SUM, indices, one));
                            }
                        }),
                new PlantedFault(
                        "attention reads the cache as it was",
                        List.of(Dialect.LAYERS),
                        network -> new PassingNetwork(network) {
                            private final Map<Tensor, Tensor> before = new HashMap<>();

                            @Override
                            public Tensor cacheUpdate(Tensor cache, Tensor update, Tensor indices) {
                                Tensor updated = super.cacheUpdate(cache, update, indices);
                                before.put(updated, cache);
                                return updated;
                            }

                            @Override
                            public Tensor attention(Tensor query, Tensor key, Tensor value, Tensor visible) {
                                return super.attention(query, before.getOrDefault(key, key), value, visible);
                            }
                        }));
    }

    RecordedNetwork record(DecoderDescription decoder, NetworkOptions options) {
        RecordedNetwork network = new RecordedNetwork();
        TensorRtGraphWriter.write(decoder, options, plant.apply(network), Arena.ofAuto());
        network.finish();
        return network;
    }

    @Override
    public String toString() {
        return what;
    }
}
