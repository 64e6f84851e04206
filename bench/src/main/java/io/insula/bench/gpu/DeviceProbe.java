package io.insula.bench.gpu;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.types.Shape;
import io.insula.bench.BenchmarkException;
import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.CudaGraph;
import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.cuda.PinnedMemory;
import io.insula.djl.tensorrt.cuda.RowBlocks;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanContext;
import io.insula.djl.tensorrt.plan.BuildOptions;
import io.insula.djl.tensorrt.plan.CachedNetworkPlans;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Measures what a device does apart from any model: copies, a large product, copies to the host, and the least step.
 *
 * <p>Each figure is the best of some rounds: what the device can do, not what it does beside others.
 */
final class DeviceProbe {

    /**
     * How much is moved and computed.
     *
     * @param copyBytes of one copy
     * @param productSize rows and columns of the product's square matrices
     * @param hostBytes of one copy to the host
     * @param rows of new keys and values whose copies are timed
     * @param repeats of each within a round
     * @param rounds of which the best counts
     */
    record Sizes(long copyBytes, int productSize, long hostBytes, int rows, int repeats, int rounds) {

        /** A tenth of a second for each figure on a large GPU. */
        static Sizes full() {
            return new Sizes(1L << 30, 8192, 64L << 20, 64, 16, 5);
        }
    }

    private static final String LEFT = "left";
    private static final String PRODUCT = "product";
    /** Keys and values of a layer and head that a row's copy takes, and their width: of a model of 16 layers. */
    private static final int ROW_BLOCKS = 32;

    private static final int ROW_HEADS = 8;
    private static final int ROW_BYTES = 128;

    private final GpuDevice device;
    private final Cuda cuda;
    private final Sizes sizes;
    private final Path plans;
    private final LongSupplier nanos;

    /**
     * @param plans the folder of plans, which keeps the product's
     * @param nanos a clock
     */
    DeviceProbe(GpuDevice device, Sizes sizes, Path plans, LongSupplier nanos) {
        this.device = device;
        this.cuda = device.cuda();
        this.sizes = sizes;
        this.plans = plans;
        this.nanos = nanos;
    }

    DeviceFigures measure(Noise noise) {
        CudaStream stream = cuda.newStream(device.index());
        try {
            double copied = copies(stream);
            double computed = products(stream, noise);
            double sent = sends(stream);
            double least = leastStep(stream, 0);
            double withRows = leastStep(stream, sizes.rows());
            return new DeviceFigures(
                    copied, computed, sent, least, Math.max(0, withRows - least) / Math.max(1, sizes.rows()));
        } catch (ai.djl.engine.EngineException e) {
            throw new BenchmarkException("The device's own figures cannot be measured: " + e.getMessage(), e);
        } finally {
            stream.close();
        }
    }

    /** Bytes read and written in a second. */
    private double copies(CudaStream stream) {
        long from = cuda.allocate(device.index(), 2 * sizes.copyBytes());
        try {
            stream.fill(from, 1, 2 * sizes.copyBytes());
            double seconds = best(stream, () -> stream.copyOnDevice(from + sizes.copyBytes(), from, sizes.copyBytes()));
            return 2 * sizes.copyBytes() / seconds;
        } finally {
            cuda.free(device.index(), from);
        }
    }

    private double sends(CudaStream stream) {
        long from = cuda.allocate(device.index(), sizes.hostBytes());
        try (PinnedMemory host = cuda.allocatePinned(sizes.hostBytes())) {
            double seconds = best(stream, () -> stream.copyToHost(host.segment(), from));
            return sizes.hostBytes() / seconds;
        } finally {
            cuda.free(device.index(), from);
        }
    }

    private double products(CudaStream stream, Noise noise) {
        int size = sizes.productSize();
        long bytes = ElementType.BFLOAT16.bytes((long) size * size);
        long left = cuda.allocate(device.index(), bytes);
        long product = cuda.allocate(device.index(), bytes);
        try (Plan plan = productPlan(noise);
                PlanContext context = plan.newContext()) {
            stream.copyToDevice(left, noise.matrix(0, (long) size * size));
            context.inputShape(LEFT, new Shape(size, size));
            context.address(LEFT, left);
            context.address(PRODUCT, product);
            double seconds = best(stream, () -> context.enqueue(stream));
            return 2.0 * size * size * size / seconds;
        } finally {
            cuda.free(device.index(), left);
            cuda.free(device.index(), product);
        }
    }

    private Plan productPlan(Noise noise) {
        try (Arena arena = Arena.ofShared()) {
            Path file = new CachedNetworkPlans(device.builder())
                    .planOf(
                            "a product of " + sizes.productSize(),
                            "a product of " + sizes.productSize(),
                            network -> write(network, noise),
                            cuda.describe(device.index()),
                            BuildOptions.defaults(),
                            Map.of("planCache", plans.resolve("plans"), "timingCache", plans.resolve("timings")));
            try (FileChannel channel = FileChannel.open(file)) {
                return device.runtime()
                        .deserialize(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            }
        } catch (IOException | MalformedModelException e) {
            throw new BenchmarkException("The product behind the predictions cannot be built: " + e.getMessage(), e);
        }
    }

    private void write(Network network, Noise noise) {
        long size = sizes.productSize();
        network.output(
                PRODUCT,
                network.product(
                        network.input(LEFT, ElementType.BFLOAT16, size, size),
                        network.constant(ElementType.BFLOAT16, new long[] {size, size}, noise.matrix(1, size * size))));
    }

    /** As the engine's decode steps are: numbers sent, a graph launched, new rows copied, numbers received, the wait for them. */
    private double leastStep(CudaStream stream, int rows) {
        long memory = (long) ROW_BLOCKS * ROW_HEADS * ROW_BYTES;
        long address = cuda.allocate(device.index(), 2 * memory);
        try (PinnedMemory host = cuda.allocatePinned(ROW_BYTES)) {
            try (CudaGraph graph = stream.capture(() -> stream.fill(address, 1, ROW_BYTES))) {
                RowBlocks from = new RowBlocks(address, ROW_BYTES, ROW_HEADS);
                RowBlocks to = new RowBlocks(address + memory, ROW_BYTES, ROW_HEADS);
                double[] taken = new double[sizes.rounds() * sizes.repeats()];
                for (int i = 0; i < taken.length; i++) {
                    long start = nanos.getAsLong();
                    stream.copyToDevice(address, host.segment());
                    graph.launch(stream);
                    for (int row = 0; row < rows; row++) {
                        stream.copyBlocks(to, from, ROW_BYTES, ROW_HEADS, ROW_BLOCKS);
                    }
                    stream.copyToHost(host.segment(), address);
                    stream.synchronize();
                    taken[i] = (nanos.getAsLong() - start) / 1e9;
                }
                Arrays.sort(taken);
                return taken[taken.length / 2];
            }
        } finally {
            cuda.free(device.index(), address);
        }
    }

    private double best(CudaStream stream, Runnable work) {
        work.run();
        stream.synchronize();
        double best = Double.POSITIVE_INFINITY;
        for (int round = 0; round < sizes.rounds(); round++) {
            long start = nanos.getAsLong();
            for (int i = 0; i < sizes.repeats(); i++) {
                work.run();
            }
            stream.synchronize();
            best = Math.min(best, (nanos.getAsLong() - start) / 1e9 / sizes.repeats());
        }
        // A clock of a nanosecond cannot tell less.
        return Math.max(best, 1e-9);
    }
}
