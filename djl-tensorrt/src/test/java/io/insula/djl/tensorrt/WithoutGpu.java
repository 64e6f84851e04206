package io.insula.djl.tensorrt;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.io.PrintStream;

/** What a program does that has this engine on its class path and no GPU; {@link WithoutGpuTest} reads what it prints. */
final class WithoutGpu {

    private WithoutGpu() {}

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
        out.println("engines: " + Engine.getAllEngines().stream().sorted().toList());
        out.println("default: " + Engine.getInstance().getEngineName());
        try (NDManager manager = NDManager.newBaseManager(null, "OnnxRuntime")) {
            out.println("sum: " + manager.create(new float[] {1, 2}).toFloatArray()[1]);
        }
        for (int i = 0; i < 2; i++) {
            try {
                Engine engine = Engine.getEngine("TensorRT");
                out.println("asked: " + engine.getVersion());
            } catch (RuntimeException e) {
                out.println("asked: " + e.getClass().getSimpleName() + " " + e.getMessage());
            }
        }
    }
}
