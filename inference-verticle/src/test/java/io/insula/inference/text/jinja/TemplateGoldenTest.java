package io.insula.inference.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TemplateGoldenTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T08:00:00Z"), ZoneOffset.UTC);

    static Stream<Arguments> conversations() {
        return GoldenFiles.objects(new JsonArray(GoldenFiles.read("cases.json")))
                .map(golden -> Arguments.of(golden.getString("name"), golden));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conversations")
    void rendersChatTemplatesAsPythonDoes(String name, JsonObject golden) {
        Template template = Template.parse(GoldenFiles.read(golden.getString("tpl") + ".jinja"));
        Map<String, Value> variables = GoldenFiles.variables(golden.getJsonObject("ctx"));
        if (golden.containsKey("expect")) {
            assertThat(template.render(variables, CLOCK).text()).isEqualTo(golden.getString("expect"));
        } else {
            assertThatThrownBy(() -> template.render(variables, CLOCK))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageEndingWith(golden.getString("error").replace("list object", "a list"));
        }
    }

    @TestFactory
    Stream<DynamicTest> rendersPublishedTemplatesAsPythonDoes() {
        JsonObject golden = new JsonObject(GoldenFiles.read("chat-cases.json"));
        return GoldenFiles.objects(golden.getJsonArray("cases"))
                .map(chat -> DynamicTest.dynamicTest(
                        chat.getString("template") + " / " + chat.getString("conversation") + " / "
                                + chat.getString("tools") + " / "
                                + chat.getJsonObject("further").encode(),
                        () -> assertRendered(golden, chat)));
    }

    private static void assertRendered(JsonObject golden, JsonObject chat) {
        JsonObject variables = new JsonObject()
                .put("messages", golden.getJsonObject("conversations").getValue(chat.getString("conversation")))
                .put("tools", golden.getJsonObject("tools").getValue(chat.getString("tools")))
                .putNull("documents")
                .put("add_generation_prompt", true)
                .put("bos_token", "<s>")
                .put("eos_token", "</s>")
                .mergeIn(chat.getJsonObject("further"));
        Template template = Template.parse(GoldenFiles.template(chat.getString("template")));
        Map<String, Value> values = GoldenFiles.variables(variables);
        if (chat.containsKey("expect")) {
            assertThat(template.render(values, CLOCK).text()).isEqualTo(chat.getString("expect"));
        } else {
            assertThatThrownBy(() -> template.render(values, CLOCK))
                    .isInstanceOfSatisfying(
                            TemplateException.class,
                            refusal -> assertThat(refusal.refusal()).isTrue())
                    .hasMessage(chat.getString("refusal"));
        }
    }

    static Stream<Arguments> expressions() {
        JsonObject golden = new JsonObject(GoldenFiles.read("expressions.json"));
        return GoldenFiles.objects(golden.getJsonArray("cases"))
                .map(expression ->
                        Arguments.of(expression.getString("template"), expression, golden.getJsonObject("data")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("expressions")
    void evaluatesExpressionsAsPythonDoes(String template, JsonObject golden, JsonObject data) {
        if (golden.containsKey("expect")) {
            assertThat(Template.parse(template)
                            .render(GoldenFiles.variables(data), CLOCK)
                            .text())
                    .isEqualTo(golden.getString("expect"));
        } else {
            assertThatThrownBy(() -> Template.parse(template).render(GoldenFiles.variables(data), CLOCK))
                    .as("Python says %s", golden.getString("error"))
                    .isInstanceOf(TemplateException.class);
        }
    }

    @Test
    void theGoldenFilesAreComplete() {
        assertThat(conversations()).hasSize(24);
        assertThat(rendersPublishedTemplatesAsPythonDoes()).hasSize(118);
        assertThat(expressions()).hasSize(171);
    }
}
