package io.insula.djl.tensorrt.gpu;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import io.insula.djl.tensorrt.cuda.BytedecoCuda;
import io.insula.djl.tensorrt.host.HostLibraries;
import io.insula.djl.tensorrt.nvinfer.NativeLibraries;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Asks the engine itself whether it can run here, and passes its sentence on. */
final class GpuCondition implements ExecutionCondition {

    private static @Nullable Found found;

    private record Found(Optional<String> missing, Optional<String> missingToBuild) {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        boolean builds = context.getTestClass()
                .map(type -> type.getAnnotation(NeedsGpu.class))
                .map(NeedsGpu::builder)
                .orElse(false);
        Found here = find();
        Optional<String> missing = here.missing().isPresent() || !builds ? here.missing() : here.missingToBuild();
        return missing.map(sentence -> ConditionEvaluationResult.disabled("Not run on a GPU: " + sentence))
                .orElseGet(() -> ConditionEvaluationResult.enabled("TensorRT and a GPU are here."));
    }

    private static synchronized Found find() {
        Found known = found;
        if (known == null) {
            known = look();
            found = known;
        }
        return known;
    }

    private static Found look() {
        try {
            Engine.getEngine("TensorRT");
            HostLibraries libraries = NativeLibraries.load();
            return new Found(
                    Optional.empty(),
                    libraries.cannotBuild(new BytedecoCuda(0).describe(0).architecture()));
        } catch (EngineException unusable) {
            return new Found(Optional.of(String.valueOf(unusable.getMessage())), Optional.empty());
        }
    }
}
