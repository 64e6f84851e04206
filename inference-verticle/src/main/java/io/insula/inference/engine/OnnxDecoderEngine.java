package io.insula.inference.engine;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.KvScales;
import io.insula.inference.graph.onnx.OnnxGraph;
import io.insula.inference.graph.onnx.OnnxGraphWriter;
import io.insula.inference.graph.onnx.WeightMemory;
import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.ModelTensor;
import java.lang.foreign.Arena;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The CPU engine: a DJL model whose block runs ONNX Runtime with key/value caches updated in place.
 *
 * <p>A prompt chunk of one token is computed as two, the second one void, because the runtime's kernel for single tokens
 * rounds differently. The cache has room for the void token behind a full slot. For the same reason no chunk is one longer
 * than the tiles in which the runtime computes.
 *
 * <p>On some instruction sets a single row's four-bit matrix products round differently, too. Where a trial at load shows it,
 * a row that is decoded alone gets a void companion in the next slot, unless {@link EngineConfig#exact} is off.
 *
 * <p><b>Thread:</b> one thread at a time; the runtime's own threads share the work of a step.
 */
public final class OnnxDecoderEngine implements DecoderEngine {

    private static final Logger LOG = LoggerFactory.getLogger(OnnxDecoderEngine.class);
    /** Tokens of a prompt that one run takes: more make the intermediate values leave the cache. */
    private static final int CHUNK = 128;

    /** The most tokens whose logits a prompt is scored with at once. */
    private static final int MOST_SCORED = 64;

    private static final String EXACT = "exact";

    /** A row and its void companion. */
    private static final int LEAST_CACHE_ROWS = 2;

    /** So that no chunk need ever be a single token. */
    private static final int LEAST_SCORED = 4;

    private final EngineShape shape;
    /** Rows that the runtime's attention multiplies at once: a single row beyond them is rounded like a single token. */
    private final int tile;

    private final Arena weights;
    private final List<PassingMemory> passing;
    private final Model model;
    private final OnnxDecoderBlock block;
    private final KvCache cache;
    private final OnnxSteps steps;
    private final EmbeddingTable embedding;
    private final NumericsFingerprint fingerprint;
    private final StepArguments arguments;
    private final ParameterStore parameters;
    private final int[] lengths;
    /** Rows that a step computes at least, the void one included, and rows whose logits it computes at least. */
    private final int leastRows;

    private final int leastLogits;
    private boolean closed;

    private OnnxDecoderEngine(
            DecoderDescription decoder,
            KvBudget budget,
            OnnxGraph graph,
            OnnxDecoderBlock block,
            Model model,
            KvCache cache,
            Arena weights,
            List<PassingMemory> passing,
            String rounding,
            @Nullable KvScales kvScales) {
        // Measured: 32 rows for heads of 16, 64 for heads of 32, and no edge up to 100 for heads of 64.
        this.tile = 2 * decoder.shape().headSize();
        this.shape = new EngineShape(decoder.shape().vocabulary(), budget.slots(), budget.slotTokens());
        this.weights = weights;
        this.passing = passing;
        this.model = model;
        this.block = block;
        this.cache = cache;
        this.steps = new OnnxSteps(
                model.getNDManager(),
                decoder.shape(),
                shape,
                cache,
                capacity(budget),
                kvScales == null ? KvType.FLOAT32 : KvType.INT8,
                scoredTokens(),
                CHUNK);
        this.embedding = new EmbeddingTable(graph.embedding());
        this.fingerprint = new NumericsFingerprint(decoder.shape(), graph.weights(), rounding, kvScales);
        this.arguments = new StepArguments(shape);
        this.parameters = new ParameterStore(model.getNDManager(), false);
        this.lengths = new int[Math.max(LEAST_CACHE_ROWS, shape.slots())];
        float[] expected = rounding.equals(EXACT) ? trial(LEAST_CACHE_ROWS, LEAST_CACHE_ROWS) : trial(1, 1);
        this.leastRows = Arrays.equals(trial(1, 1), expected) ? 1 : LEAST_CACHE_ROWS;
        this.leastLogits = Arrays.equals(trial(leastRows, 1), expected) ? 1 : LEAST_CACHE_ROWS;
        releaseCopied(expected);
        graph.weights().forEach(ModelTensor::release);
        LazyMemory.giveBack();
    }

    /**
     * Loads the model of a checkpoint.
     *
     * @param checkpoint must stay open until the engine is closed
     */
    public static OnnxDecoderEngine load(Checkpoint checkpoint, EngineConfig config) {
        return load(DecoderDescription.of(checkpoint), config);
    }

    /**
     * Loads a decoder.
     *
     * @param decoder its weights must stay readable until the engine is closed
     */
    public static OnnxDecoderEngine load(DecoderDescription decoder, EngineConfig config) {
        return load(decoder, config, null);
    }

    /**
     * Loads a decoder.
     *
     * @param decoder its weights must stay readable until the engine is closed
     * @param kvScales of keys and values where the settings want eight bits, else null
     */
    public static OnnxDecoderEngine load(DecoderDescription decoder, EngineConfig config, @Nullable KvScales kvScales) {
        if ((kvScales == null) != (config.kvType() == KvType.FLOAT32)) {
            throw new IllegalArgumentException("scales: " + (kvScales == null ? "none" : "given") + " for a cache of "
                    + config.kvType() + " (expected: for one of INT8 alone)");
        }
        KvBudget budget = KvBudget.of(decoder.shape(), config);
        int threads = OnnxSessions.threads(decoder.shape(), config);
        // Preparing the runtime and packing the weights take about as long.
        CompletableFuture<Engine> runtime =
                CompletableFuture.supplyAsync(() -> SharedThreads.runtime(config.threads(), config.allowSpinning()));
        Arena weights = Arena.ofShared();
        PassingMemory packed = new PassingMemory();
        PassingMemory scales = new PassingMemory();
        List<PassingMemory> passing = List.of(packed, scales);
        @Nullable KvCache cache = null;
        @Nullable OnnxDecoderBlock block = null;
        @Nullable Model model = null;
        try {
            cache = new KvCache(
                    decoder.shape(), Math.max(LEAST_CACHE_ROWS, budget.slots()), capacity(budget), config.kvType());
            OnnxGraph graph = OnnxGraphWriter.write(
                    decoder,
                    capacity(budget),
                    new WeightMemory((bytes, alignment) -> LazyMemory.allocate(weights, bytes), scales, packed),
                    kvScales);
            Engine engine = runtime.join();
            block = new OnnxDecoderBlock(
                    OnnxSessions.create(OrtEnvironment.getEnvironment(), graph, threads, config.allowSpinning()),
                    decoder.shape().layers());
            model = engine.newModel("decoder", Device.cpu());
            model.setBlock(block);
            LOG.info("KV cache: {}; {} threads, spinning {}", budget, threads, config.allowSpinning() ? "on" : "off");
            // Where rows may round by their batch, they may by the number of threads, too.
            String rounding = config.exact() ? EXACT : threads + " threads";
            return new OnnxDecoderEngine(
                    decoder, budget, graph, block, model, cache, weights, passing, rounding, kvScales);
        } catch (OrtException e) {
            close(block, model, cache, weights, passing);
            throw new EngineException("ONNX Runtime cannot load the model: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            close(block, model, cache, weights, passing);
            throw e;
        }
    }

    /** In the order of use: the session reads the caches and the weights until it is closed. */
    private static void close(
            @Nullable OnnxDecoderBlock block,
            @Nullable Model model,
            @Nullable KvCache cache,
            Arena weights,
            List<PassingMemory> passing) {
        if (block != null) {
            block.close();
        }
        if (model != null) {
            model.close();
        }
        if (cache != null) {
            cache.close();
        }
        passing.forEach(PassingMemory::close);
        weights.close();
    }

    /** One position more than a slot has tokens: the void one. */
    private static int capacity(KvBudget budget) {
        return budget.slotTokens() + 1;
    }

    @Override
    public EngineShape shape() {
        return shape;
    }

    @Override
    public String fingerprint() {
        return fingerprint.value();
    }

    @Override
    public int length(int slot) {
        return lengths[arguments.slot(slot)];
    }

    /** The largest magnitude of each channel of a float32 slot's keys, for an even block, or values, of layer {@code block / 2}. */
    float[] magnitudes(int slot, int block) {
        return cache.magnitudes(slot, block, length(slot));
    }

    @Override
    public void clear(int slot) {
        lengths[arguments.slot(slot)] = 0;
    }

    @Override
    public void move(int source, int target) {
        arguments.slot(target);
        if (arguments.slot(source) != target) {
            cache.copy(source, target, lengths[source]);
            lengths[target] = lengths[source];
            lengths[source] = 0;
        }
    }

    @Override
    public void copy(int source, int target) {
        arguments.slot(target);
        if (arguments.slot(source) != target) {
            cache.copy(source, target, lengths[source]);
            lengths[target] = lengths[source];
        }
    }

    @Override
    public long tokenBytes() {
        return cache.tokenBytes();
    }

    @Override
    public KvBlock save(int slot, int from, int to) {
        arguments.range(slot, length(slot), from, to);
        return cache.save(slot, from, to);
    }

    @Override
    public void load(KvBlock block, int slot) {
        arguments.load(block, slot, length(slot));
        if (!(block instanceof SavedKv saved)) {
            throw new IllegalArgumentException(
                    "block: a " + block.getClass().getSimpleName() + " (expected: one that this engine saved)");
        }
        cache.load(saved, slot);
        lengths[slot] = saved.to();
    }

    @Override
    public void prefill(int slot, int[] tokens, int from, int count) {
        prefill(slot, tokens, from, count, true);
    }

    @Override
    public void prefillPart(int slot, int[] tokens, int from, int count) {
        prefill(slot, tokens, from, count, false);
    }

    private void prefill(int slot, int[] tokens, int from, int count, boolean logitsWanted) {
        arguments.prefill(slot, length(slot), tokens, from, count);
        int end = from + count;
        for (int at = from; at < end; ) {
            int left = end - at;
            int chunk = chunk(left);
            int last = chunk - 1;
            boolean wanted = logitsWanted && chunk == left;
            prefillChunk(
                    slot,
                    tokens,
                    at,
                    chunk,
                    computed -> wanted ? steps.prefill(slot, computed, last) : steps.prefill(slot, computed));
            at += chunk;
        }
    }

    /** Tokens of the next run; it leaves no single one, neither to the next run nor to its own last tile. */
    private int chunk(int left) {
        if (left == CHUNK + 1) {
            return CHUNK - 1;
        }
        int chunk = Math.min(CHUNK, left);
        return chunk > tile && chunk % tile == 1 ? chunk - 2 : chunk;
    }

    @Override
    public int scoredTokens() {
        return Math.clamp(shape.slots(), LEAST_SCORED, Math.min(MOST_SCORED, tile));
    }

    @Override
    public StepLogits prefillScored(int slot, int[] tokens, int from, int count) {
        arguments.prefill(slot, length(slot), tokens, from, count);
        arguments.scored(count, scoredTokens());
        prefillChunk(slot, tokens, from, count, computed -> steps.prefillScored(slot, computed, count));
        return new WholeLogits(steps.decodeLogits(), shape.vocabulary());
    }

    private void prefillChunk(int slot, int[] tokens, int from, int count, IntFunction<NDList> step) {
        FloatBuffer hidden = steps.hidden();
        for (int i = 0; i < count; i++) {
            embedding.copy(tokens[from + i], hidden, i);
        }
        int computed = count;
        if (count == 1) {
            embedding.copy(tokens[from], hidden, 1);
            computed = 2;
        }
        int total = lengths[slot] + computed;
        steps.lastPositions().put(0, total - 1);
        steps.totalLength().put(0, total);
        run(step.apply(computed));
        lengths[slot] += count;
    }

    @Override
    public StepLogits prefillLogits() {
        return new WholeLogits(steps.prefillLogits(), shape.vocabulary());
    }

    @Override
    public StepLogits decode(int rows, int[] tokens) {
        arguments.decode(rows, tokens, slot -> lengths[slot]);
        decode(rows, Math.max(rows, leastRows), Math.max(rows, leastLogits), tokens);
        for (int row = 0; row < rows; row++) {
            lengths[row]++;
        }
        return new WholeLogits(steps.decodeLogits(), shape.vocabulary());
    }

    /** Computes a step; the rows beyond {@code rows} are void: what they write lies behind their slots' tokens. */
    private void decode(int rows, int computed, int wanted, int[] tokens) {
        FloatBuffer hidden = steps.hidden();
        int longest = 0;
        for (int row = 0; row < computed; row++) {
            embedding.copy(tokens[row < rows ? row : 0], hidden, row);
            steps.lastPositions().put(row, lengths[row]);
            longest = Math.max(longest, lengths[row] + 1);
        }
        steps.totalLength().put(0, longest);
        run(steps.decode(wanted, computed));
    }

    /** Frees the packed weights of which the runtime has copies of its own: wherever it has kernels for them. */
    private void releaseCopied(float[] logits) {
        for (PassingMemory memory : passing) {
            memory.invert();
            if (Arrays.equals(trial(leastRows, leastLogits), logits)) {
                memory.close();
            } else {
                memory.invert();
            }
        }
    }

    /** The logits of a fixed token after a fixed prompt, decoded alone or beside a void row. */
    private float[] trial(int computed, int wanted) {
        int[] tokens = new int[Math.min(2, shape.slotTokens() - 1)];
        Arrays.setAll(tokens, i -> i * shape.vocabulary() / tokens.length);
        prefill(0, tokens, 0, tokens.length);
        decode(1, computed, wanted, tokens);
        clear(0);
        float[] logits = new float[shape.vocabulary()];
        steps.decodeLogits().get(0, logits);
        return logits;
    }

    private void run(NDList step) {
        model.getBlock().forward(parameters, step, false);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            close(block, model, cache, weights, passing);
        }
    }
}
