package io.insula.inference.decode.parts;

import org.jspecify.annotations.Nullable;

/**
 * Splits one answer's text into reasoning, visible content and tool calls while it is generated.
 *
 * <p>What comes out depends on the text alone, not on how it is cut into pieces. Text is held back only while it may be the
 * beginning of a tag or of a call, and never lost: of the text, tags, white space around them and what stands around a call's
 * name and arguments alone are in no part. Time is linear in the text, memory in what is held.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
public final class AnswerParts {

    private final PartSink sink;
    private final ReasoningSplitter reasoning;
    private final @Nullable CallSplitter calls;

    /**
     * @param tags the model's; never looked for when the reasoning starts never
     * @param rules null: no text is a call
     */
    public AnswerParts(ReasoningTags tags, ReasoningStart start, @Nullable CallRules rules, PartSink sink) {
        this.sink = sink;
        this.reasoning = new ReasoningSplitter(tags, start, sink::reasoning, this::content);
        this.calls = rules == null ? null : new CallSplitter(rules, sink);
    }

    /** Takes the answer's next text. */
    public void accept(String text) {
        reasoning.accept(text);
    }

    /** The answer ends: what is held is told. */
    public void flush() {
        reasoning.flush();
        if (calls != null) {
            calls.flush();
        }
    }

    /** Whether what comes next is reasoning, or may be the tag that closes it. */
    public boolean reasons() {
        return reasoning.inside();
    }

    /** How many characters of the closing tag the reasoning ends with. */
    public int closing() {
        return reasoning.closing();
    }

    /** From now on no text is reasoning, whatever it looks like. */
    public void answerBegins() {
        reasoning.contentBegins();
    }

    /** Whether a call has begun. */
    public boolean calls() {
        return calls != null && calls.called();
    }

    /** From now on nothing begins a call, and what is held as the beginning of one is content. */
    public void textAlone() {
        if (calls != null) {
            calls.textAlone();
        }
    }

    /** The answer is calls, whatever becomes of it: a part of one is never content. */
    public void callsAlone() {
        if (calls != null) {
            calls.callsAlone();
        }
    }

    private void content(String text) {
        if (calls == null) {
            sink.content(text);
        } else {
            calls.accept(text);
        }
    }
}
