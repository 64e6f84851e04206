package io.insula.launcher.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.weights.GgufWriter;
import io.insula.protocol.ModelName;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {

    @TempDir
    Path folder;

    @Test
    void addsListsAndFindsAFile() throws Exception {
        ModelStore store = new ModelStore(folder.resolve("home"), ModelCatalog.standard());
        assertThat(store.list()).isEmpty();
        ModelStore.StoredModel added = store.add(gguf("My Model.Q4_0.gguf", "llama"));
        assertThat(added.name()).isEqualTo(new ModelName("my-model.q4_0"));
        assertThat(added.file()).isEqualTo(folder.resolve("home/models/my-model.q4_0/My Model.Q4_0.gguf"));
        store.add(gguf("other.gguf", "qwen2"), new ModelName("mine"));
        assertThat(store.list()).extracting(model -> model.name().value()).containsExactly("mine", "my-model.q4_0");
        assertThat(store.find(new ModelName("mine"))).isPresent();
        assertThat(store.find(new ModelName("absent"))).isEmpty();
    }

    @Test
    void addingUnderTheSameNameReplacesTheFile() throws Exception {
        ModelStore store = new ModelStore(folder.resolve("home"), ModelCatalog.standard());
        store.add(gguf("a.gguf", "llama"), new ModelName("mine"));
        Path second = gguf("b.gguf", "qwen2");
        store.add(second, new ModelName("mine"));
        assertThat(store.find(new ModelName("mine")).orElseThrow())
                .hasFileName("b.gguf")
                .hasSameBinaryContentAs(second);
    }

    @Test
    void refusesABrokenFileAForeignFileForACatalogueNameAndANameThatLeavesTheFolder() throws Exception {
        ModelStore store = new ModelStore(folder.resolve("home"), ModelCatalog.standard());
        Path broken = Files.writeString(folder.resolve("broken.gguf"), "not a model");
        assertThatThrownBy(() -> store.add(broken))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("broken.gguf: not a GGUF file");
        Path valid = gguf("c.gguf", "llama");
        assertThatThrownBy(() -> store.add(valid, ModelCatalog.STARTER.name()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("is not smollm2-135m-instruct's");
        for (String name : new String[] {"../up", "a/b", "..", ".hidden", "A"}) {
            assertThatThrownBy(() -> store.add(valid, new ModelName(name)))
                    .as(name)
                    .isInstanceOf(ModelException.class);
        }
        assertThat(store.list()).isEmpty();
    }

    @Test
    void addsAFolderWholeAndKnowsWhenAFileOfItChanged() throws Exception {
        ModelStore store = new ModelStore(folder.resolve("home"), ModelCatalog.standard());
        Path source = Files.createDirectory(folder.resolve("My-Folder"));
        Files.writeString(source.resolve("config.json"), "{\"model_type\":\"llama\"}");
        Files.writeString(source.resolve("tokenizer.json"), "{}");
        Files.writeString(source.resolve("notes.md"), "not a part");
        Files.write(source.resolve("model.safetensors"), safetensors());

        ModelStore.StoredModel added = store.add(source);

        assertThat(added.name()).isEqualTo(new ModelName("my-folder"));
        assertThat(store.list()).containsExactly(added);
        assertThat(added.file()).isDirectoryNotContaining("glob:**.md");
        assertThat(store.verify(added)).hasSize(3);
        assertThatThrownBy(() -> store.add(source)).hasMessageContaining("my-folder is here already");
        Files.writeString(added.file().resolve("tokenizer.json"), "{ }");
        assertThatThrownBy(() -> store.verify(added))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("tokenizer.json: SHA-256");
        Files.delete(source.resolve("model.safetensors"));
        assertThatThrownBy(() -> store.add(source, new ModelName("other"))).isInstanceOf(ModelException.class);
        assertThat(store.list()).hasSize(1);
    }

    /** One tensor of one number. */
    private static byte[] safetensors() {
        byte[] header = "{\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
                .getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + header.length + 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .putFloat(1)
                .array();
    }

    @Test
    void anUnknownCatalogueNameIsAnsweredWithTheKnownOnes() {
        assertThatThrownBy(() -> ModelCatalog.standard().get(new ModelName("gpt")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("known: smollm2-135m-instruct");
    }

    private Path gguf(String fileName, String architecture) throws Exception {
        Path path = folder.resolve(fileName);
        new GgufWriter()
                .string("general.architecture", architecture)
                .tensor("t", List.of(1L), 1f)
                .write(path);
        return path;
    }
}
