package io.insula.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.grammar.schema.SchemaLimits;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a compiler keeps of grammars that nobody uses any more. */
class GrammarMemoryTest {

    private static final long COMPILED_BYTES = 1 << 20;
    private static final long MASK_BYTES = 1 << 20;
    /** What the machine itself may take meanwhile: classes, compiled code. */
    private static final long SLACK_BYTES = 4 << 20;

    private static final int GRAMMARS = 50;

    private final GrammarCompiler compiler = new GrammarCompiler(
            Vocabularies.of(Vocabularies.bytesAnd("abcdefgh", "\"}]")),
            new GrammarConfig(SchemaLimits.defaults(), 1 << 20, COMPILED_BYTES, MASK_BYTES, 32));

    @Test
    void masksKeepNoObjectsOfForgottenGrammarsAlive() {
        assertKeepsWithinItsRoom(number -> new GrammarSource.JsonSchema("{\"type\":\"object\",\"properties\":{"
                + list(600, i -> "\"p" + number + "_" + i + "\":{}") + "},\"anyOf\":["
                + list(60, i -> "{\"required\":[\"p" + number + "_" + i + "\"]}") + "]}"));
    }

    @Test
    void masksKeepNoAutomataOfForgottenGrammarsAlive() {
        assertKeepsWithinItsRoom(number -> new GrammarSource.Regex("([a-z]{1,1000}[0-9]" + number + ")*"));
    }

    private void assertKeepsWithinItsRoom(IntFunction<GrammarSource> sources) {
        walk(compiler.compile(sources.apply(0)));
        long before = usedBytes();
        for (int i = 1; i < GRAMMARS; i++) {
            walk(compiler.compile(sources.apply(i)));
            assertThat(compiler.maskBytes()).isLessThanOrEqualTo(MASK_BYTES);
            assertThat(compiler.compiledBytes()).isLessThanOrEqualTo(COMPILED_BYTES);
        }
        assertThat(usedBytes() - before).isLessThan(COMPILED_BYTES + MASK_BYTES + SLACK_BYTES);
    }

    private static void walk(CompiledGrammar grammar) {
        GrammarState state = grammar.start();
        for (int i = 0; i < 6 && !state.mustEnd(); i++) {
            state.accept(state.mask().next(0));
        }
    }

    private static long usedBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static String list(int count, IntFunction<String> item) {
        return IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(","));
    }
}
