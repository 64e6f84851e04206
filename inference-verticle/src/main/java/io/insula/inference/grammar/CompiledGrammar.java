package io.insula.inference.grammar;

/**
 * A grammar, ready for use by any number of streams.
 *
 * <p><b>Thread:</b> any; immutable but for caches.
 */
public final class CompiledGrammar {

    private final GrammarVocabulary vocabulary;
    private final MaskCache cache;
    private final Cursor begin;
    private final long weight;

    CompiledGrammar(GrammarVocabulary vocabulary, MaskCache cache, Cursor begin, long weight) {
        this.vocabulary = vocabulary;
        this.cache = cache;
        this.begin = begin;
        this.weight = weight;
    }

    /** The state before the first token of an answer. */
    public GrammarState start() {
        return new GrammarState(vocabulary, cache, begin);
    }

    /** Estimated bytes in memory, without masks. */
    public long weight() {
        return weight;
    }
}
