package io.insula.inference.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.ChatMessage;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTraitsTest {

    @ParameterizedTest
    @CsvSource({
        // template, system, tools, tool calls, tool results, thinks, opens thinking
        "smollm2, true, false, false, true, false, false",
        "smollm3, true, false, false, true, true, false",
        "llama3-style, true, false, false, true, false, false",
        "llama31-style, true, true, true, true, false, false",
        "llama32, true, true, true, true, false, false",
        "qwen2.5, true, true, true, true, false, false",
        "qwen3, true, true, true, true, true, false",
        "qwen3-2507, true, true, true, true, false, false",
        "qwq, true, true, true, true, true, false",
        "mistral-v1, true, false, false, false, false, false",
        "mistral-nemo, true, true, true, true, false, false",
        "mistral-small-3.2, true, true, true, true, false, false",
        "gemma-style, true, false, false, false, false, false",
        "deepseek-r1-distill, true, false, true, true, true, false",
        "deepseek-v3.1, true, false, true, true, true, false",
        "granite-3.3, true, true, false, true, true, false",
        "phi-4, true, false, false, false, true, false",
        "gpt-oss, true, true, true, true, false, false",
        "hermes-style, true, true, true, true, false, false"
    })
    void tellsWhatPublishedTemplatesKnow(
            String name,
            boolean system,
            boolean tools,
            boolean toolCalls,
            boolean toolResults,
            boolean thinks,
            boolean opensThinking) {
        TemplateTraits traits = ChatTemplates.named(name).traits();
        assertThat(traits)
                .isEqualTo(new TemplateTraits(
                        system, tools, toolCalls, toolResults, traits.switches(), thinks, opensThinking));
    }

    @Test
    void tellsWhichSwitchesATemplateReads() {
        assertThat(ChatTemplates.named("qwen3").traits().switches()).isEqualTo(Set.of("enable_thinking"));
        assertThat(ChatTemplates.named("deepseek-v3.1").traits().switches())
                .isEqualTo(Set.of("enable_thinking", "thinking"));
        assertThat(ChatTemplates.named("gpt-oss").traits().readsReasoningEffort())
                .isTrue();
        assertThat(ChatTemplates.named("gpt-oss").traits().readsEnableThinking())
                .isFalse();
        assertThat(ChatTemplates.named("llama32").traits().switches()).isEmpty();
    }

    @Test
    void knowsOfEachPromptWhetherTheAnswerBeginsInsideThinking() {
        assertThat(thinking("qwq", "x", "{\"enable_thinking\": true}")).isTrue();
        assertThat(thinking("qwen3", "x", "{}")).isFalse();
        assertThat(thinking("qwen3", "x", "{\"enable_thinking\": false}")).isFalse();
        assertThat(thinking("deepseek-v3.1", "x", "{\"thinking\": true}")).isTrue();
        assertThat(thinking("deepseek-v3.1", "x", "{}")).isFalse();
        assertThat(thinking("deepseek-r1-distill", "x", "{\"enable_thinking\": true}"))
                .isTrue();
        assertThat(thinking("qwen3", "<think>", "{}")).isFalse();
        assertThat(thinking("qwq", "</think>", "{\"enable_thinking\": true}")).isTrue();
    }

    @Test
    void knowsATemplateThatAlwaysOpensThinking() {
        TemplateTraits traits = ChatTemplates.of(
                        "{{ messages[0].content }}<|Assistant|>{% if add_generation_prompt %}<think>\n{% endif %}")
                .traits();
        assertThat(traits.opensThinking()).isTrue();
        assertThat(traits.thinks()).isTrue();
        assertThat(traits.switches()).isEmpty();
    }

    private static boolean thinking(String template, String content, String arguments) {
        Conversation conversation = new Conversation(List.of(new ChatMessage("user", content)), List.of(), arguments);
        return PromptTemplate.leavesThinking(ChatTemplates.named(template).render(conversation));
    }
}
