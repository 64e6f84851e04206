package io.insula.inference.text.jinja;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A rendered template that still knows which characters the template wrote and which came from data.
 *
 * @param spans the text in order; neighbours differ in trust and none is empty
 */
public record RenderedPrompt(List<Span> spans) {

    /**
     * A run of characters of one provenance.
     *
     * @param trusted true for the template's own text, false for characters that came from data
     */
    public record Span(String text, boolean trusted) {}

    public RenderedPrompt {
        spans = List.copyOf(spans);
    }

    /** The whole text. */
    public String text() {
        return spans.stream().map(Span::text).collect(Collectors.joining());
    }
}
