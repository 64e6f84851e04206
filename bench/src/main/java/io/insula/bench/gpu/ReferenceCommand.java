package io.insula.bench.gpu;

import io.insula.bench.BenchmarkException;
import io.insula.bench.Perplexity;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.LlamaDecoder;
import io.insula.inference.text.ModelChatTokenizer;
import io.insula.inference.text.TokenizerSpec;
import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.ModelFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench reference}: what the CPU engine predicts in float32, for GPUs to be compared with. */
@Command(
        name = "reference",
        description = "Keeps what the CPU engine predicts of a text in float32, for the GPU tests of a real model.",
        mixinStandardHelpOptions = true)
public final class ReferenceCommand implements Callable<Integer> {

    private static final int WINDOWS = 10;
    private static final int POSITIONS = 1000;
    private static final int SCORED = 32;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--model", required = true, description = "A GGUF file or folder of the Llama family.")
    private Path model = Path.of("");

    @Option(names = "--out", required = true, description = "The file to write.")
    private Path out = Path.of("");

    @Option(names = "--home", description = "Where native libraries are unpacked (default: ~/.insula).")
    private Path home = Path.of(System.getProperty("user.home"), ".insula");

    @Option(names = "--windows", description = "Windows of the text (default: ${DEFAULT-VALUE}).")
    private int windows = WINDOWS;

    @Option(names = "--positions", description = "Tokens of each that are predicted (default: ${DEFAULT-VALUE}).")
    private int positions = POSITIONS;

    @Override
    public Integer call() throws IOException {
        System.setProperty("DJL_CACHE_DIR", home.resolve("cache").toString());
        try (Checkpoint checkpoint = Checkpoint.open(model);
                ModelChatTokenizer tokenizer =
                        new ModelChatTokenizer(TokenizerSpec.from(checkpoint), Clock.systemUTC());
                Arena arena = Arena.ofShared()) {
            int[] text = tokenizer.encodeText(Perplexity.text());
            LlamaDecoder decoder = new LlamaDecoder(DecoderShape.of(checkpoint), new FloatWeights(checkpoint, arena));
            EngineConfig config = EngineConfig.defaults().withSlots(SCORED, positions + 1);
            try (DecoderEngine engine = OnnxDecoderEngine.load(decoder, config)) {
                Reference.of(engine, text, windows, positions).write(out);
            }
            Objects.requireNonNull(spec)
                    .commandLine()
                    .getOut()
                    .println(out + ": " + windows + " windows of " + positions + " predictions");
            return 0;
        } catch (ModelFileException | IllegalArgumentException e) {
            throw new BenchmarkException(String.valueOf(e.getMessage()), e);
        }
    }
}
