package io.insula.djl.tensorrt.gpu;

import io.insula.djl.tensorrt.cuda.BytedecoCuda;
import io.insula.djl.tensorrt.cuda.MemoryInfo;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.bytedeco.javacpp.Pointer;

/**
 * Measures in a process of its own whether work leaves memory behind outside the Java heap.
 *
 * <p>The heap is fixed and touched when that process starts, so it cannot grow into what is measured. The process warms up for as
 * long as two of the rounds, then takes a sample after each of several rounds; what counts is the median round, which one-time
 * events such as a late compilation do not reach and a leak does.
 */
public final class NativeGrowth {

    /** Runs of the work in a round. */
    static final int RUNS = 10_000;

    private static final int ROUNDS = 7;
    private static final int LIMIT_SECONDS = 150;
    private static final int LEAKED_BYTES = 300;
    private static final String SAMPLE = "sample ";

    private NativeGrowth() {}

    /** What shows that the measurement can tell one from the other. */
    enum Work {
        LEAK,
        NOTHING
    }

    /** A run of the work. */
    public interface Step {
        void run() throws Exception;
    }

    /**
     * What a process holds after a round.
     *
     * @param resident bytes of memory in use, as the system sees it
     * @param allocated bytes that the C library handed out and did not get back
     * @param heap bytes of living Java objects
     * @param pointers bytes that the bindings' objects hold until the garbage collector comes
     * @param device bytes of device memory in use
     * @param nanoseconds time of one run
     */
    public record Sample(long resident, long allocated, long heap, long pointers, long device, long nanoseconds) {

        private static Sample parse(String line) {
            long[] numbers = Arrays.stream(line.substring(SAMPLE.length()).split(" ", -1))
                    .mapToLong(Long::parseLong)
                    .toArray();
            return new Sample(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
        }

        private String line() {
            return SAMPLE + resident + " " + allocated + " " + heap + " " + pointers + " " + device + " " + nanoseconds;
        }
    }

    /** The median of what the rounds added. */
    public static long growth(List<Sample> samples, ToLongFunction<Sample> what) {
        long[] growths = new long[samples.size() - 1];
        for (int i = 0; i < growths.length; i++) {
            growths[i] = what.applyAsLong(samples.get(i + 1)) - what.applyAsLong(samples.get(i));
        }
        Arrays.sort(growths);
        return growths[growths.length / 2];
    }

    /** Measures in a process of its own; the folder takes its output. */
    static List<Sample> measure(Path folder, Work work) throws IOException, InterruptedException {
        return measure(folder, NativeGrowth.class, work.name());
    }

    /** Measures in a process of its own, whose main class calls {@link #rounds}; the folder takes its output. */
    public static List<Sample> measure(Path folder, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Xms256m",
                "-Xmx256m",
                "-Xmn32m",
                "-XX:+AlwaysPreTouch",
                "-XX:MaxDirectMemorySize=64m"));
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("io.insula.djl.tensorrt."))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(arguments));
        File output = folder.resolve(main.getSimpleName() + ".txt").toFile();
        File errors = folder.resolve(main.getSimpleName() + "-errors.txt").toFile();
        Process process = new ProcessBuilder(command)
                .redirectOutput(output)
                .redirectError(errors)
                .start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException("exit " + process.exitValue() + ": " + Files.readString(errors.toPath()));
        }
        return Files.readAllLines(output.toPath()).stream()
                .filter(line -> line.startsWith(SAMPLE))
                .map(Sample::parse)
                .toList();
    }

    public static void main(String... arguments) throws Exception {
        switch (Work.valueOf(arguments[0])) {
            case LEAK -> rounds(false, RUNS, () -> Arena.global().allocate(LEAKED_BYTES));
            case NOTHING ->
                rounds(false, RUNS, () -> {
                    try (Arena arena = Arena.ofConfined()) {
                        arena.allocate(LEAKED_BYTES);
                    }
                });
        }
        System.exit(0);
    }

    /**
     * In that process: runs the work and prints the samples.
     *
     * @param gpu whether memory of the device and of the bindings counts
     * @param runs of a round
     */
    public static void rounds(boolean gpu, int runs, Step step) throws Exception {
        for (int i = 0; i < 2 * runs; i++) {
            step.run();
        }
        System.out.println(sample(gpu, 0).line());
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < runs; i++) {
                step.run();
            }
            System.out.println(sample(gpu, (System.nanoTime() - start) / runs).line());
        }
    }

    private static Sample sample(boolean gpu, long nanoseconds) throws Exception {
        // Twice, with time between for those who free what collected objects held.
        System.gc();
        Thread.sleep(200);
        System.gc();
        Thread.sleep(50);
        long device = 0;
        long pointers = 0;
        if (gpu) {
            MemoryInfo memory = new BytedecoCuda(0).memory(0);
            device = memory.totalBytes() - memory.freeBytes();
            pointers = Pointer.totalBytes();
        }
        Runtime heap = Runtime.getRuntime();
        return new Sample(
                resident(), allocated(), heap.totalMemory() - heap.freeMemory(), pointers, device, nanoseconds);
    }

    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .map(line -> line.replaceAll("\\D", ""))
                        .mapToLong(Long::parseLong)
                        .findFirst()
                        .orElseThrow()
                * 1024;
    }

    /** The fields {@code uordblks} and {@code hblkhd} of mallinfo2(3). */
    @SuppressWarnings("restricted")
    private static long allocated() throws Exception {
        Linker linker = Linker.nativeLinker();
        MemorySegment function = linker.defaultLookup().find("mallinfo2").orElse(MemorySegment.NULL);
        if (function.address() == 0) {
            return 0;
        }
        MemoryLayout info = MemoryLayout.structLayout(
                MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG).withName("fields"));
        MethodHandle call = linker.downcallHandle(function, FunctionDescriptor.of(info));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment found = (MemorySegment) call.invokeExact((SegmentAllocator) arena);
            return found.getAtIndex(ValueLayout.JAVA_LONG, 7) + found.getAtIndex(ValueLayout.JAVA_LONG, 4);
        } catch (Throwable failure) {
            throw new IllegalStateException("mallinfo2", failure);
        }
    }
}
