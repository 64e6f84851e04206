package io.insula.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GrammarShelfTest {

    private static final GrammarSource SOURCE = new GrammarSource.Regex("a+");

    private final GrammarShelf shelf = new GrammarShelf(1 << 20);

    @Test
    void whatSeveralAskForAtOnceIsCompiledOnce() throws Exception {
        GrammarCompiler compiler =
                new GrammarCompiler(Vocabularies.of(Vocabularies.bytesAnd("ab")), GrammarConfig.defaults());
        CompiledGrammar grammar = compiler.compile(SOURCE);
        AtomicInteger compiled = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(3);
        List<Future<CompiledGrammar>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            answers.add(threads.submit(() -> shelf.get(SOURCE, () -> {
                compiled.incrementAndGet();
                begun.countDown();
                await(asked);
                return grammar;
            })));
            begun.await();
            for (int i = 0; i < 3; i++) {
                answers.add(threads.submit(() -> {
                    asked.countDown();
                    return shelf.get(SOURCE, () -> {
                        compiled.incrementAndGet();
                        return grammar;
                    });
                }));
            }
            for (Future<CompiledGrammar> answer : answers) {
                assertThat(answer.get()).isSameAs(grammar);
            }
        }
        assertThat(compiled).hasValue(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRefusalIsRemembered() {
        AtomicInteger compiled = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> shelf.get(SOURCE, () -> {
                        compiled.incrementAndGet();
                        throw new GrammarException("", "", "takes too long");
                    }))
                    .isInstanceOf(GrammarException.class)
                    .hasMessage("takes too long");
        }
        assertThat(compiled).hasValue(1);
    }

    @Test
    void theRoomOfRefusalsIsBounded() {
        for (int i = 0; i < 5_000; i++) {
            GrammarSource source = new GrammarSource.Regex("a" + i);
            assertThatThrownBy(() -> shelf.get(source, () -> {
                        throw new GrammarException("", "", "is refused");
                    }))
                    .isInstanceOf(GrammarException.class);
        }
        assertThat(shelf.bytes()).isPositive().isLessThanOrEqualTo(1 << 20);
        assertThat(shelf.size()).isBetween(100, 1_024);
    }
}
