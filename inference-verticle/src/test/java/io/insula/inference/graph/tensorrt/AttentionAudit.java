package io.insula.inference.graph.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.graph.AttentionLayer;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.weights.ModelTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The part of {@link NetworkAudit} for attention: heads, rotation, what is seen, caches. */
final class AttentionAudit {

    private final NetworkAudit audit;
    private final DecoderShape shape;
    private final NetworkOptions options;
    private final StepSample step;
    private final boolean portable;
    private final Set<Integer> windows = new HashSet<>();
    private boolean rotated;

    AttentionAudit(NetworkAudit audit, DecoderShape shape, NetworkOptions options, StepSample step) {
        this.audit = audit;
        this.shape = shape;
        this.options = options;
        this.step = step;
        this.portable = options.dialect() == Dialect.PORTABLE;
    }

    NetworkAudit.Walked check(NetworkAudit.Walked queryKeyValue, AttentionLayer layer) {
        if (layer.rotary() && !rotated && portable) {
            audit.take("rotary tables", "gather", "reshape", "gather", "reshape");
        }
        rotated |= layer.rotary();
        heads(queryKeyValue, layer);
        if (windows.add(layer.window())) {
            visibility(layer.window());
        }
        return portable ? plain(layer) : layers(layer);
    }

    private void heads(NetworkAudit.Walked queryKeyValue, AttentionLayer layer) {
        List<String> words = new ArrayList<>(List.of("slice", "slice", "reshape", "transpose"));
        words.addAll(audit.cast(ElementType.FLOAT32));
        int norm = words.size();
        ModelTensor queryGain = layer.queryGain();
        ModelTensor keyGain = layer.keyGain();
        if (queryGain != null) {
            words.addAll(NetworkAudit.norm());
        }
        int rotation = words.size();
        if (layer.rotary()) {
            words.addAll(
                    portable
                            ? List.of("gather", "PRODUCT", "PRODUCT", "SUM")
                            : List.of("rotary " + (shape.rope().layout() == RopeLayout.INTERLEAVED)));
        }
        int query = words.size();
        words.addAll(List.of("slice", "PRODUCT", "slice"));
        words.addAll(audit.cast(options.type()));
        words.addAll(audit.cast(options.type()));
        words.addAll(List.of("reshape", "transpose"));
        List<RecordedLayer> found = audit.take("heads " + layer.index(), words.toArray(String[]::new));
        audit.from(found.get(0), queryKeyValue);
        audit.from(found.get(1), queryKeyValue);
        assertThat(found.get(1).attributes()).isEqualTo(List.of(0L, 0L, (long) shape.queryWidth() + shape.keyWidth()));
        if (queryGain != null && keyGain != null) {
            List<ModelTensor> gains = new ArrayList<>(Collections.nCopies(shape.heads(), queryGain));
            gains.addAll(Collections.nCopies(shape.kvHeads(), keyGain));
            audit.norm(found, norm, gains);
        }
        if (layer.rotary()) {
            rotation(found.subList(rotation, query));
        }
        assertThat(audit.value(found.get(query + 1).inputs().get(1)).data())
                .containsExactly((float) (1 / Math.sqrt(shape.headSize())));
        assertThat(found.get(query + 2).attributes()).isEqualTo(List.of(0L, (long) shape.heads(), 0L, 0L));
        if (portable) {
            int key = query + 2 + 2 * audit.cast(options.type()).size();
            audit.output(found.get(key), DecoderNetwork.newKey(layer.index()));
            audit.output(found.getLast(), DecoderNetwork.newValue(layer.index()));
        }
    }

    /** Compares what the rotation gave with the rope's own formula, of what went into it. */
    private void rotation(List<RecordedLayer> found) {
        double[] in = audit.value(found.getFirst().inputs().getFirst()).data();
        double[] out = audit.value(found.getLast().outputs().getFirst()).data();
        int size = shape.headSize();
        boolean interleaved = shape.rope().layout() == RopeLayout.INTERLEAVED;
        for (int i = 0; i < in.length; i += size) {
            int token = i / size % StepSample.TOKENS;
            int row = i / size / StepSample.TOKENS / (shape.heads() + shape.kvHeads());
            int position = step.past(row) + token;
            for (int pair = 0; pair < size / 2; pair++) {
                double angle = position * shape.rope().frequency(pair, size);
                int first = i + (interleaved ? 2 * pair : pair);
                int second = first + (interleaved ? 1 : size / 2);
                double turned = shape.rope().magnitude() * (in[first] * Math.cos(angle) - in[second] * Math.sin(angle));
                double other = shape.rope().magnitude() * (in[first] * Math.sin(angle) + in[second] * Math.cos(angle));
                double tolerance = 1e-5 * (Math.abs(in[first]) + Math.abs(in[second]));
                assertThat(Math.abs(out[first] - turned)).isLessThanOrEqualTo(tolerance);
                assertThat(Math.abs(out[second] - other)).isLessThanOrEqualTo(tolerance);
            }
        }
    }

    private void visibility(int window) {
        boolean first = windows.size() == 1;
        List<String> words = new ArrayList<>();
        if (portable) {
            // The cached positions, the new ones; each query's own where a window or the new ones need it.
            words.addAll(first ? List.of("iota", "reshape") : List.of());
            words.addAll(List.of("reshape", "LESS"));
            words.addAll(window == 0 ? List.of() : queries(first));
            words.addAll(window == 0 ? List.of() : List.of("SUM", "DIFFERENCE", "GREATER", "AND"));
            words.add("reshape");
            words.addAll(queries(first && window == 0));
            words.addAll(List.of("SUM", "LESS"));
            words.addAll(window == 0 ? List.of() : List.of("reshape", "DIFFERENCE", "GREATER", "AND"));
        } else {
            words.addAll(List.of("reshape", "SUM", "LESS"));
            words.addAll(window == 0 ? List.of() : List.of("DIFFERENCE", "GREATER", "AND"));
        }
        audit.take("visibility", words.toArray(String[]::new));
    }

    private static List<String> queries(boolean first) {
        return first ? List.of("reshape", "SUM", "reshape", "reshape") : List.of("reshape");
    }

    private NetworkAudit.Walked plain(AttentionLayer layer) {
        List<String> scores = new ArrayList<>(List.of("product true"));
        scores.addAll(audit.cast(ElementType.FLOAT32));
        scores.add("select");
        List<String> weighted = new ArrayList<>(audit.cast(options.type()));
        weighted.add("product false");
        weighted.addAll(audit.cast(ElementType.FLOAT32));
        List<String> words = new ArrayList<>(List.of("reshape"));
        words.addAll(scores);
        words.addAll(scores);
        words.addAll(List.of("reduce MAXIMUM", "reduce MAXIMUM", "MAXIMUM"));
        words.addAll(List.of("DIFFERENCE", "EXPONENTIAL", "DIFFERENCE", "EXPONENTIAL"));
        words.addAll(List.of("reduce SUM", "reduce SUM", "SUM"));
        int values = words.size() + audit.cast(options.type()).size();
        words.addAll(weighted);
        words.addAll(weighted);
        words.addAll(List.of("SUM", "QUOTIENT"));
        words.addAll(audit.cast(options.type()));
        words.addAll(List.of("reshape", "transpose", "reshape"));
        List<RecordedLayer> found = audit.take("attention " + layer.index(), words.toArray(String[]::new));
        audit.input(found.get(1).inputs().get(1), DecoderNetwork.key(layer.index()));
        audit.input(found.get(values).inputs().get(1), DecoderNetwork.value(layer.index()));
        int select = scores.size();
        seen(found.get(select), step.positions(), (row, token, j) -> j < step.past(row), layer.window(), false);
        seen(found.get(2 * select), StepSample.TOKENS, (row, token, j) -> j <= token, layer.window(), true);
        return audit.walked(found, StepSample.ROWS, StepSample.TOKENS, shape.queryWidth());
    }

    private NetworkAudit.Walked layers(AttentionLayer layer) {
        List<RecordedLayer> found = audit.take(
                "attention " + layer.index(), "cacheUpdate", "cacheUpdate", "attention", "transpose", "reshape");
        int index = layer.index();
        audit.input(found.get(0).inputs().get(0), DecoderNetwork.key(index));
        audit.input(found.get(1).inputs().get(0), DecoderNetwork.value(index));
        audit.output(found.get(0), DecoderNetwork.presentKey(index));
        audit.output(found.get(1), DecoderNetwork.presentValue(index));
        for (int i = 0; i < 2; i++) {
            audit.input(found.get(i).inputs().get(2), DecoderNetwork.PAST);
            assertThat(found.get(2).inputs().get(1 + i))
                    .isEqualTo(found.get(i).outputs().getFirst());
        }
        seen(
                found.get(2).inputs().get(3),
                step.positions(),
                StepSample.TOKENS,
                (row, token, j) -> j <= step.past(row) + token,
                layer.window(),
                false);
        return audit.walked(found, StepSample.ROWS, StepSample.TOKENS, shape.queryWidth());
    }

    /** Whether a row's token sees a position, but for the window. */
    private interface Seen {
        boolean holds(int row, int token, int position);
    }

    private void seen(RecordedLayer select, int positions, Seen expected, int window, boolean fresh) {
        assertThat(select.kind()).isEqualTo("select");
        assertThat(audit.value(select.inputs().get(2)).data()[0]).isLessThan(-1e38);
        int grouped = shape.heads() / shape.kvHeads() * StepSample.TOKENS;
        seen(select.inputs().get(0), positions, grouped, expected, window, fresh);
    }

    /**
     * Compares a mask with what the description says.
     *
     * @param lines queries of a row and key head; their tokens repeat
     * @param fresh whether positions count from the row's first new token
     */
    private void seen(RecordedTensor mask, int positions, int lines, Seen expected, int window, boolean fresh) {
        Values values = audit.value(mask);
        int[] scores = {StepSample.ROWS, shape.kvHeads(), lines, positions};
        assertThat(Kernels.fitted(values.shape(), scores)).isEqualTo(scores);
        int[] strides = values.strides(scores);
        for (int row = 0; row < StepSample.ROWS; row++) {
            for (int line = 0; line < lines; line++) {
                int token = line % StepSample.TOKENS;
                int own = fresh ? token : step.past(row) + token;
                for (int j = 0; j < positions; j++) {
                    boolean sees = expected.holds(row, token, j) && (window == 0 || j > own - window);
                    double found = values.data()[row * strides[0] + line * strides[2] + j * strides[3]];
                    assertThat(found != 0)
                            .as("%s: row %s, token %s, position %s", mask, row, token, j)
                            .isEqualTo(sees);
                }
            }
        }
    }
}
