package io.insula.inference.text.jinja;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A chat template that is parsed once and rendered often, with the settings of Hugging Face: {@code trim_blocks} and
 * {@code lstrip_blocks} on, loop controls, undefined names lenient.
 *
 * <p><b>Thread:</b> any; immutable.
 *
 * <p><b>Errors:</b> a {@link TemplateException} with line and column, also when a limit ends the rendering.
 *
 * <p><b>Source:</b> the template designer documentation of Jinja 3.1.
 */
public final class Template {

    private final Source source;
    private final Statement body;
    private final Set<String> names;
    private final TemplateLimits limits;

    private Template(Source source, Statement body, Set<String> names, TemplateLimits limits) {
        this.source = source;
        this.body = body;
        this.names = names;
        this.limits = limits;
    }

    /** Parses a template under the {@link TemplateLimits#DEFAULT default limits}; errors call it "template". */
    public static Template parse(String text) {
        return parse("template", text, TemplateLimits.DEFAULT);
    }

    /**
     * Parses a template.
     *
     * @param name what errors call it
     */
    public static Template parse(String name, String text, TemplateLimits limits) {
        Source source = Source.of(name, text);
        TokenStream tokens = new TokenStream(source, limits.nesting());
        Statement body = new StatementParser(tokens).parseUntil(tokens.peek(), Set.of());
        return new Template(source, body, tokens.names(), limits);
    }

    /** The template's text. */
    public String text() {
        return source.text();
    }

    /** Whether the template reads a variable of this name anywhere, one of its own included. */
    public boolean reads(String variable) {
        return names.contains(variable);
    }

    /**
     * Renders the template.
     *
     * @param variables what the template may read; see {@link Value#data} and {@link Value#template}
     * @param clock what {@code strftime_now} reads
     */
    public RenderedPrompt render(Map<String, Value> variables, Clock clock) {
        Map<String, Value> globals = new HashMap<>(Globals.all());
        globals.putAll(variables);
        Run run = new Run(limits, clock, Scope.of(globals));
        try {
            body.execute(run);
            return new RenderedPrompt(run.written().spans());
        } catch (TemplateFault fault) {
            throw source.error(0, fault.what());
        } catch (StackOverflowError e) {
            // A value nested in itself by a loop, thousands of levels deep: own code only, nothing is left half done.
            throw source.error(0, "values are nested too deeply");
        }
    }
}
