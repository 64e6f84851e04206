package io.insula.launcher.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.ModelName;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelReferenceTest {

    @Test
    void readsNamesHubReferencesAndUrls() {
        assertThat(ModelReference.parse("smollm2-135m-instruct"))
                .isEqualTo(new ModelReference.Named(new ModelName("smollm2-135m-instruct")));
        assertThat(ModelReference.parse("Owner/Some.Repo-GGUF"))
                .isEqualTo(new ModelReference.OnHub("Owner/Some.Repo-GGUF", ""));
        assertThat(ModelReference.parse("owner/repo:Q4_K_M"))
                .isEqualTo(new ModelReference.OnHub("owner/repo", "Q4_K_M"));
        assertThat(ModelReference.parse("owner/repo:sub/file.gguf"))
                .isEqualTo(new ModelReference.OnHub("owner/repo", "sub/file.gguf"));
        URI uri = URI.create("https://example.com/a/b.gguf?download=true");
        assertThat(ModelReference.parse(uri.toString())).isEqualTo(new ModelReference.At(uri));
        assertThat(new ModelReference.At(uri).fileName()).isEqualTo("b.gguf");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/b/c",
                "a/b:",
                "/x",
                "https://example.com/a.bin",
                "https://example.com/",
                "https://a b/c.gguf",
                ""
            })
    void refusesWhatIsNoneOfThem(String text) {
        assertThatThrownBy(() -> ModelReference.parse(text)).isInstanceOf(ModelException.class);
    }
}
