package io.insula.djl.tensorrt.nvinfer;

import ai.djl.MalformedModelException;
import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.plan.NetworkPlanBuilder;
import io.insula.djl.tensorrt.plan.NetworkRequest;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** TensorRT's builder through the bindings of Bytedeco, for networks that are made layer by layer. */
public final class BytedecoNetworkBuilder implements NetworkPlanBuilder {

    private final Cuda cuda;

    /** A builder; the libraries are loaded when it is first asked for something. */
    public BytedecoNetworkBuilder(Cuda cuda) {
        this.cuda = cuda;
    }

    @Override
    public String version() {
        NativeLibraries.load();
        return BytedecoRuntime.loadedVersion();
    }

    @Override
    public boolean attentionLayers() {
        NativeLibraries.load();
        return NewerLayers.available();
    }

    @Override
    public void build(NetworkRequest request, WritableByteChannel target) throws IOException, MalformedModelException {
        new PlanCompilation(request.name(), request.device(), request.options(), request.times(), request.progress())
                .run(
                        cuda,
                        network -> {
                            BytedecoNetwork written = new BytedecoNetwork(network);
                            request.writer().accept(written);
                            return () -> {};
                        },
                        target);
    }
}
