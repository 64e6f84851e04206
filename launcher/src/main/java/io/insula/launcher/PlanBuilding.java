package io.insula.launcher;

import io.insula.djl.tensorrt.plan.BuildLines;
import io.insula.inference.engine.EngineException;
import io.insula.inference.engine.tensorrt.DeviceNeed;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.ModelFileException;
import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.engine.EnginePlaces;
import io.insula.launcher.engine.GpuPlace;
import io.insula.launcher.engine.GpuPlatform;
import io.insula.launcher.model.ModelAliases;
import io.insula.launcher.model.ModelCatalog;
import io.insula.launcher.model.ModelException;
import io.insula.launcher.model.ModelStore;
import io.insula.launcher.model.ModelStore.StoredModel;
import io.insula.launcher.terminal.Progress;
import io.insula.protocol.ModelName;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Makes a model's plans for the GPUs of this machine, before a node needs them.
 *
 * @param progress is told what the model takes and how far a build came
 * @param out where the plans are listed
 */
record PlanBuilding(Home home, InsulaConfig config, GpuPlatform platform, Progress progress, PrintWriter out) {

    private static final double GIBIBYTE = 1 << 30;

    /** Builds one plan for each kind of GPU that the settings use; those that are there are left as they are. */
    void build(ModelName asked) {
        ModelName name = new ModelAliases(home.directory()).all().getOrDefault(asked, asked);
        StoredModel model = new ModelStore(home.directory(), ModelCatalog.standard())
                .list().stream()
                        .filter(stored -> stored.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new ModelException("model " + asked + " is not here"));
        EnginePlaces places = new EnginePlaces(config, home.gpuDirectory(), platform);
        for (GpuPlace place : places.gpus(() -> {})) {
            build(model, place);
        }
    }

    private void build(StoredModel model, GpuPlace place) {
        try (Checkpoint checkpoint = Checkpoint.open(model.file())) {
            DecoderDescription decoder = DecoderDescription.of(checkpoint);
            progress.line(estimate(model.name(), place, place.need(decoder)));
            BuildLines lines = new BuildLines(progress::line);
            Path plan = place.build(model.name().value(), decoder, lines);
            out.printf(
                    Locale.ROOT,
                    "%s  GPU %d  %s  %s%s%n",
                    model.name(),
                    place.device().index(),
                    plan,
                    gibibytes(Files.size(plan)),
                    lines.began() ? "" : "  (was there)");
            out.flush();
        } catch (IOException e) {
            throw new ModelException("the plan of " + model.name() + " cannot be read: " + e.getMessage(), e);
        } catch (ModelFileException | EngineException | IllegalArgumentException e) {
            throw new ModelException(String.valueOf(e.getMessage()), e);
        }
    }

    private static String estimate(ModelName model, GpuPlace place, DeviceNeed need) {
        return String.format(
                Locale.ROOT,
                "%s on GPU %d (%s): weights of at least %s, computed in %s; keys and values of up to %s for %d slots of"
                        + " %d tokens; %s are free. The build itself holds the weights in this machine's memory, at least.",
                model,
                need.device().index(),
                need.device().name(),
                gibibytes(need.weightBytes()),
                need.type().name().toLowerCase(Locale.ROOT),
                gibibytes(need.cacheBytes()),
                place.config().maxSlots(),
                place.config().slotTokens(),
                gibibytes(need.freeBytes()));
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f GiB", bytes / GIBIBYTE);
    }
}
