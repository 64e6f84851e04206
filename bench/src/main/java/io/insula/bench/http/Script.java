package io.insula.bench.http;

import java.util.Collections;
import java.util.List;

/** What every model of the benchmark answers: the same text in the same number of pieces. */
final class Script {

    /** The pieces, as one token each would be. */
    static final List<String> PIECES = Collections.nCopies(32, " seven");

    static final String TEXT = String.join("", PIECES);
    static final String PROMPT = "Say the number after six, thirty-two times, with a blank before each.";
    static final int PROMPT_TOKENS = 17;

    private Script() {}
}
