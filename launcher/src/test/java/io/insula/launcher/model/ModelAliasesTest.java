package io.insula.launcher.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.ModelName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelAliasesTest {

    private static final ModelName LLAMA = new ModelName("llama3");
    private static final ModelName QWEN = new ModelName("qwen3");
    private static final ModelName GPT = new ModelName("gpt-3.5-turbo");
    private static final Predicate<ModelName> MODELS = Set.of(LLAMA, QWEN)::contains;

    @TempDir
    Path home;

    private ModelAliases aliases;

    @BeforeEach
    void open() {
        aliases = new ModelAliases(home);
    }

    @Test
    void anAliasIsKeptMovedAndForgotten() {
        assertThat(aliases.all()).isEmpty();
        aliases.set(LLAMA, GPT, MODELS);
        aliases.set(QWEN, new ModelName("org/Other.Name"), MODELS);
        assertThat(new ModelAliases(home).all()).isEqualTo(Map.of(GPT, LLAMA, new ModelName("org/Other.Name"), QWEN));
        aliases.set(QWEN, GPT, MODELS);
        assertThat(aliases.all()).containsEntry(GPT, QWEN);
        aliases.remove(GPT);
        assertThat(aliases.all()).doesNotContainKey(GPT);
    }

    @Test
    void thereAreNoChainsNoCirclesAndNoHiddenModels() {
        aliases.set(LLAMA, GPT, MODELS);
        assertThatThrownBy(() -> aliases.set(GPT, new ModelName("other"), MODELS))
                .isInstanceOf(ModelException.class)
                .hasMessage("gpt-3.5-turbo is an alias itself (expected: a model, for example llama3)");
        assertThatThrownBy(() -> aliases.set(LLAMA, LLAMA, MODELS)).hasMessageContaining("is a model's name");
        assertThatThrownBy(() -> aliases.set(LLAMA, QWEN, MODELS)).hasMessageContaining("is a model's name");
        assertThatThrownBy(() -> aliases.set(new ModelName("absent"), new ModelName("x"), MODELS))
                .hasMessageContaining("model absent is not here");
        assertThatThrownBy(() -> aliases.remove(LLAMA)).hasMessage("llama3 is no alias (known: gpt-3.5-turbo)");
        assertThat(aliases.all()).isEqualTo(Map.of(GPT, LLAMA));
    }

    @Test
    void aNameThatTheFileCannotHoldIsRefused() throws Exception {
        for (String name : new String[] {"a=b", "a b", "#x", "a:b", "ä"}) {
            assertThatThrownBy(() -> aliases.set(LLAMA, new ModelName(name), MODELS))
                    .as(name)
                    .isInstanceOf(ModelException.class);
        }
        Files.createDirectories(home.resolve("models"));
        Files.writeString(home.resolve("models/aliases.properties"), "x=a b\n");
        assertThatThrownBy(aliases::all).hasMessageContaining("model name: 'a b'");
    }
}
