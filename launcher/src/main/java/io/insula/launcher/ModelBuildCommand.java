package io.insula.launcher;

import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.config.Settings;
import io.insula.launcher.engine.GpuPlatform;
import io.insula.launcher.model.ModelException;
import io.insula.launcher.terminal.Terminal;
import io.insula.protocol.ModelName;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code insula model build}: makes a model's plan for this machine's GPUs ahead of its first start. */
@Command(
        name = "build",
        description =
                "Builds a model's plan for this machine's GPUs, as the settings say; a start without one builds it.",
        mixinStandardHelpOptions = true)
final class ModelBuildCommand implements Callable<Integer> {

    @Parameters(paramLabel = "NAME", description = "a name that list shows")
    private String name = "";

    @Option(names = "--home", paramLabel = "DIR", description = "~/.insula when absent")
    private Path home = Home.standard();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        // TensorRT leaves a build at its next step when its thread is interrupted; a second signal ends the program.
        Thread builder = Thread.currentThread();
        var _ = StopSignals.listen().exitCode().thenRun(builder::interrupt);
        Home directory = Home.at(home);
        InsulaConfig config = InsulaConfig.from(Settings.read(directory.settingsFile(), System.getenv()));
        new PlanBuilding(
                        directory,
                        config,
                        GpuPlatform.local(directory.nativeCache()),
                        Terminal.progress(),
                        Objects.requireNonNull(spec).commandLine().getOut())
                .build(named());
        return 0;
    }

    private ModelName named() {
        try {
            return new ModelName(name);
        } catch (IllegalArgumentException e) {
            throw new ModelException(String.valueOf(e.getMessage()));
        }
    }
}
