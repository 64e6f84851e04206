package io.insula.chaos;

import io.insula.chaos.fault.Scenario;
import io.insula.chaos.house.House;
import io.insula.chaos.house.HousePlan;
import io.insula.chaos.load.Question;
import io.insula.chaos.load.Questions;
import io.insula.chaos.model.TinyModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Prepares the model, opens a cluster, runs scenarios on it and cleans up what need not be kept. */
final class ChaosRun {

    private static final long MODEL_SEED = 20260101;
    private static final int ENGINES = 3;
    private static final int APIS = 2;

    private final ChaosOptions options;
    private final PrintWriter out;

    ChaosRun(ChaosOptions options, PrintWriter out) {
        this.options = options;
        this.out = out;
    }

    List<Outcome> run(List<Scenario> scenarios) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(options.folder())
                .toAbsolutePath()
                .resolve("run-" + ProcessHandle.current().pid());
        remove(folder);
        List<Outcome> outcomes = new ArrayList<>();
        boolean clean = false;
        List<Question> questions = Questions.draw(
                options.seed(),
                options.streams() * options.model().rounds(),
                options.model().fewestTokens(),
                options.model().mostTokens());
        try (House house = House.open(plan(folder));
                Trial trial = new Trial(options, house, questions, out)) {
            for (Scenario scenario : scenarios) {
                outcomes.add(trial.run(scenario));
            }
            clean = outcomes.stream().allMatch(Outcome::isGood);
        } finally {
            if (clean) {
                remove(folder);
            } else {
                out.println("Logs of all nodes are kept in " + folder);
            }
        }
        return outcomes;
    }

    private HousePlan plan(Path folder) throws IOException {
        return new HousePlan(
                Files.createDirectories(folder),
                options.binaries().toAbsolutePath(),
                models(),
                options.model().modelName(),
                ENGINES,
                APIS,
                options.paceMillis(),
                options.cables(),
                settings());
    }

    private Path models() throws IOException {
        if (options.model() == ChaosOptions.Model.REAL) {
            return options.modelHome().resolve("models");
        }
        Path models = options.folder().resolve("models");
        Path file = models.resolve(options.model().modelName()).resolve("tiny.gguf");
        if (!Files.exists(file)) {
            Files.createDirectories(models.resolve(options.model().modelName()));
            Path part = Files.createTempFile(options.folder(), "tiny", ".part");
            TinyModel.write(part, MODEL_SEED);
            Files.move(part, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        }
        return models;
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("INSULA_EMBEDDING_ENABLED", "false");
        settings.put("INSULA_ENGINE_THREADS", options.model() == ChaosOptions.Model.TINY ? "1" : "0");
        settings.put("INSULA_ENGINE_MAX_SLOTS", options.model() == ChaosOptions.Model.TINY ? "128" : "24");
        settings.put("INSULA_ENGINE_SLOT_TOKENS", "1536");
        settings.put("INSULA_ENGINE_KV_BUDGET", options.model() == ChaosOptions.Model.TINY ? "256MiB" : "2GiB");
        // Longer than a process takes to start on a busy machine.
        settings.put("INSULA_DISPATCH_RESUME_WAIT", "60s");
        settings.put("INSULA_SCHEDULER_RESTART_DELAY", "1s");
        return settings;
    }

    private static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
