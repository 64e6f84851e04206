package io.insula.inference.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.text.jinja.RenderedPrompt.Span;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TemplateTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-05T14:07:09Z"), ZoneOffset.UTC);

    @Test
    void knowsWhichCharactersCameFromData() {
        Template template = Template.parse(
                "<|im_start|>{{ m.role }}\n{{ m.content | trim }}<|im_end|>{{ bos ~ 1 }}{{ m | tojson }}");
        RenderedPrompt prompt = template.render(
                Map.of(
                        "m", Value.data(Map.of("content", "  <|im_end|> ")),
                        "bos", Value.template("<s>")),
                CLOCK);
        assertThat(prompt.spans())
                .containsExactly(
                        new Span("<|im_start|>\n", true),
                        new Span("<|im_end|>", false),
                        new Span("<|im_end|><s>1{\"", true),
                        new Span("content", false),
                        new Span("\": \"", true),
                        new Span("  <|im_end|> ", false),
                        new Span("\"}", true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "x[2:4] # DD",
                "x[::-1] # DDDDDD",
                "x|upper # DDDDDD",
                "x|replace('b', 'TT') # DTTDDDD",
                "'T' ~ x[0] ~ 'T' # TDT",
                "x.split('c')|join('T') # DDTDDD",
                "'T%sT' % x[:2] # TDDT",
                "x|map('upper')|join('-') # DTDTDTDTDTD",
                "('t' + x)|title # TDDDDDD",
                "[x[0]]|string # TTDTT",
                "(x ~ 'T')[-3:] # DDT",
                "x[0] * 3 # DDD",
                "'TT'|replace('T', x[0]) # DD",
                "x|tojson # TDDDDDDT",
                "x|indent # DDDDDD",
                "x|list|first # D",
                "'T{}T'.format(x[0]) # TDT",
                "'%(a)sT' % {'a': x[:1]} # DT",
                "x.ljust(8) # DDDDDDTT",
                "('T'|safe) + (x[0] ~ '<') # TDTTTT",
                "x.rsplit('c')[0]|title # DD",
                "x.partition('b')|join('T') # DTDTDDDD",
                "x|length # T"
            })
    void provenanceSurvivesEveryOperation(String expression, String expected) {
        RenderedPrompt prompt =
                Template.parse("{{ " + expression + " }}").render(Map.of("x", Value.data("abcdef")), CLOCK);
        StringBuilder provenance = new StringBuilder();
        prompt.spans()
                .forEach(span -> provenance.append(
                        (span.trusted() ? "T" : "D").repeat(span.text().length())));
        assertThat(provenance.toString()).as(prompt.text()).isEqualTo(expected);
    }

    @Test
    void blocksAndMacrosKeepProvenance() {
        RenderedPrompt prompt = Template.parse(
                        "{% macro m(a) %}<{{ a }}>{% endmacro %}{% set b %}[{{ m(x) }}]{% endset %}{{ b }}")
                .render(Map.of("x", Value.data("data")), CLOCK);
        assertThat(prompt.spans()).containsExactly(new Span("[<", true), new Span("data", false), new Span(">]", true));
    }

    @Test
    void writesTheDateOfItsClock() {
        assertThat(render("{{ strftime_now('%d %b %Y, %A %H:%M:%S %-d %j %%') }}"))
                .isEqualTo("05 Mar 2026, Thursday 14:07:09 5 064 %");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "{{ 1 +}} # template line 1, column 7: unexpected '}}' (expected: an expression)",
                "ab{{ missing.x }} # template line 1, column 13: 'missing' is undefined",
                "{% if x %} # template line 1, column 4: 'if' without end",
                "{{ 'a' + 1 }} # template line 1, column 8: cannot compute a string + an integer",
                "{{ [].append(1) }} # template line 1, column 13: method 'append' of a list is refused: a template cannot change a value",
                "{% import 'os' as os %} # template line 1, column 4: 'import' is refused: a chat template cannot read other templates",
                "{% include 'x' %} # template line 1, column 4: 'include' is refused: a chat template cannot read other templates",
                "{% do x %} # template line 1, column 4: unknown statement 'do' (expected: one of if, for, set, macro, call, filter, with, block, generation, break, continue, raw)",
                "{{ '{}'.format() }} # template line 1, column 15: no argument 0 for the format string",
                "{% for a, b in [1] %}{% endfor %} # template line 1, column 4: an integer is not iterable",
                "{{ \"abc }} # template line 1, column 4: string without end",
                "{% set x.y = 1 %} # template line 1, column 4: cannot set attribute 'y' of 'x': only a namespace has attributes that can be set"
            })
    void saysWhereAndWhat(String template, String message) {
        assertThatThrownBy(() -> render(template))
                .isInstanceOf(TemplateException.class)
                .hasMessage(message);
    }

    @Test
    void namesTheFiltersAndTestsThatExistWhereAnotherIsApplied() {
        assertThatThrownBy(() -> render("{{ x|nope }}"))
                .hasMessageStartingWith(
                        "template line 1, column 6: no filter named 'nope' (expected: one of abs, attr, ")
                .hasMessageEndingWith(", upper, urlencode, wordcount)");
        assertThatThrownBy(() -> render("{{ x is nope }}"))
                .hasMessageStartingWith("template line 1, column 9: no test named 'nope' (expected: one of !=, <, ");
        assertThat(render("{% if false %}{{ x|nope }}{{ x is nope }}{% endif %}ok"))
                .isEqualTo("ok");
    }

    @Test
    void saysWhichMacroFailedAndWhereItWasCalled() {
        assertThatThrownBy(() -> render("{% macro inner(a) %}\n  {{ a.b.c }}\n{% endmacro %}\n"
                        + "{% macro outer(a) %}{{ inner(a) }}{% endmacro %}\n\n{{ outer(x) }}"))
                .hasMessage(
                        "template line 2, column 9: a string has no attribute 'b', in macro 'inner' called in line 4,"
                                + " in macro 'outer' called in line 6");
        assertThatThrownBy(() ->
                        render("{% macro m() %}{{ caller() }}{% endmacro %}\n{% call m() %}{{ 1 // 0 }}{% endcall %}"))
                .hasMessage("template line 2, column 20: division by zero, in macro 'caller' called in line 1,"
                        + " in macro 'm' called in line 2");
        assertThatThrownBy(() -> render("{% macro m() %}{{ raise_exception('no') }}{% endmacro %}{{ m() }}"))
                .hasMessage("no");
    }

    @Test
    void errorsNameTheTemplate() {
        assertThatThrownBy(() -> Template.parse("template 'tool_use'", "\n{{ 1 +}}", TemplateLimits.DEFAULT))
                .hasMessage("template 'tool_use' line 2, column 7: unexpected '}}' (expected: an expression)");
        Template failing = Template.parse("template 'rag'", "{{ 1 / 0 }}", TemplateLimits.DEFAULT);
        assertThatThrownBy(() -> failing.render(Map.of(), CLOCK))
                .hasMessage("template 'rag' line 1, column 6: division by zero");
    }

    @Test
    void tellsWhichVariablesItReads() {
        Template template =
                Template.parse("{% if enable_thinking is defined %}{{ a.tools }}{{ 'documents' }}{% endif %}");
        assertThat(template.reads("enable_thinking")).isTrue();
        assertThat(template.reads("a")).isTrue();
        assertThat(template.reads("tools")).isFalse();
        assertThat(template.reads("documents")).isFalse();
    }

    @Test
    void printsIntegersOfAnySizeAsTheyCame() {
        BigInteger large = new BigInteger("18446744073709551616");
        assertThat(Template.parse("{{ x }} {{ [x]|tojson }} {{ x is integer }} {{ x == x }} {{ x in [x] }}")
                        .render(Map.of("x", Value.data(large)), CLOCK)
                        .text())
                .isEqualTo("18446744073709551616 [18446744073709551616] True True True");
        assertThatThrownBy(() -> Template.parse("{{ x + 1 }}").render(Map.of("x", Value.data(large)), CLOCK))
                .hasMessage("template line 1, column 6: cannot compute an integer of more than 64 bits + an integer");
    }

    @Test
    void countsLines() {
        assertThatThrownBy(() -> render("a\nb\n  {{ 1 // 0 }}"))
                .hasMessage("template line 3, column 8: division by zero");
    }

    @Test
    void handsOnWhatTheTemplateRefuses() {
        assertThatThrownBy(() -> render("{{ raise_exception('roles must alternate') }}"))
                .isInstanceOfSatisfying(
                        TemplateException.class,
                        refusal -> assertThat(refusal.refusal()).isTrue())
                .hasMessage("roles must alternate");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "{% for a in range(10 ** 9) %}{% endfor %}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
                "{{ 'a' * 10 ** 12 }}",
                "{% set ns = namespace(s='aaaaaaaa') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(99999) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s={}) %}{% for i in range(99999) %}{% set ns.s = {'a': ns.s} %}{% endfor %}{{ ns.s == {} }}{{ ns.s|tojson }}",
                "{% for i in range(99999) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' * 99999 }}{% endfor %}",
                "{% for i in range(99999) %}{{ ('a' * 99999)|replace('a', 'aaaaaaaaaa')|length }}{% endfor %}",
                "{% for i in range(99999) %}{{ range(99999)|sort|unique|list|length }}{% endfor %}",
                "{{ '%99s%99999999s' % (1, 2) }}",
                "{{ 2 ** 99999999999 }}",
                "{{ range(99999)|list * 99999 }}",
                "{{ 'a'.ljust(10 ** 9) }}",
                "{% for i in range(99999) %}{{ '{:>999}{:>999}{:>999}{:>999}'.format(1, 2, 3, 4) }}{% endfor %}",
                "{{ '{:>99999}'.format(1) }}",
                "{% for y in [1] recursive %}{{ loop([1, 2]) }}{% endfor %}",
                "{% macro m() %}{{ varargs|length }}{% endmacro %}{% for i in range(99999) %}{{ m(*range(99999)) }}{% endfor %}",
                "{% for i in range(99999) %}{{ range(99999)|batch(99999, 0)|list|length }}{% endfor %}",
                "{% for i in range(99999) %}{{ range(99999)|groupby('x')|length }}{% endfor %}",
                "{{ ''.join(['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' * 99999] * 9999) }}"
            })
    void endsHostileTemplatesWithAClearError(String template) {
        long start = System.nanoTime();
        assertThatThrownBy(() -> render(template))
                .isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("template line 1, column ");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void endsDeepNestingAndLongChains() {
        for (String hostile : List.of(
                "{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}",
                "{{ " + "[".repeat(50_000) + " }}",
                "{{ " + "not ".repeat(50_000) + "1 }}",
                "{{ " + "- ".repeat(50_000) + "1 }}",
                "{{ x" + ".a".repeat(50_000) + " }}",
                "{{ x" + "|upper".repeat(50_000) + " }}",
                "{{ " + "1 if 1 else ".repeat(50_000) + "1 }}",
                "{% if 1 %}".repeat(50_000))) {
            assertThatThrownBy(() -> render(hostile)).isInstanceOf(TemplateException.class);
        }
        assertThat(render("{{ 1" + " + 1".repeat(20_000) + " }}")).isEqualTo("20001");
        assertThat(render("{{ 'a'" + " ~ 'a'".repeat(20_000) + " }}")).hasSize(20_001);
    }

    @Test
    void seesNothingOfTheProgramAroundIt() {
        for (String name : List.of("class", "getClass", "__class__", "__init__", "hashCode", "chars", "toString")) {
            for (String value : List.of("'a'", "[1]", "{}", "1", "namespace()", "range")) {
                assertThat(render("{{ (" + value + ")." + name + " is defined }}"))
                        .isEqualTo("False");
            }
        }
    }

    private static String render(String template) {
        return Template.parse(template)
                .render(Map.of("x", Value.data("ab")), CLOCK)
                .text();
    }
}
