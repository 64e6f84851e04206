package io.insula.inference.decode.parts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolSyntaxTest {

    @ParameterizedTest
    @CsvSource({
        "hermes-style, HERMES, false",
        "qwen2.5, HERMES, false",
        "qwen3-2507, HERMES, false",
        "qwq, HERMES, true",
        "llama31-style, LLAMA, false",
        "mistral-nemo, MISTRAL_LIST, false",
        "mistral-small-3.2, MISTRAL_NAMED, false",
        "deepseek-r1-distill, , true",
        "gpt-oss, , false",
        "smollm3, , true",
        "gemma-style, , false",
        "mistral-v1, , false"
    })
    void templatesShowHowCallsAndReasoningAreWritten(String template, @Nullable ToolSyntax syntax, boolean reasons) {
        String text = template(template);
        assertThat(ToolSyntax.of(text)).isEqualTo(Optional.ofNullable(syntax));
        assertThat(ReasoningTags.of(text).isPresent()).isEqualTo(reasons);
    }

    @Test
    void otherCallsBetweenTheSameTagsAreNotHermes() {
        assertThat(ToolSyntax.of("<tool_call><function=name><parameter=a>")).isEmpty();
        assertThat(ToolSyntax.of("<tool_call>name<arg_key>a</arg_key>")).isEmpty();
    }

    private static String template(String name) {
        String path = "/io/insula/inference/text/jinja/templates/" + name + ".jinja";
        try (InputStream in = ToolSyntaxTest.class.getResourceAsStream(path)) {
            assertThat(in).as(path).isNotNull();
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
