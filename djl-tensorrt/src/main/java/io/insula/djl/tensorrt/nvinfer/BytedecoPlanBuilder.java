package io.insula.djl.tensorrt.nvinfer;

import ai.djl.MalformedModelException;
import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.plan.BuildRequest;
import io.insula.djl.tensorrt.plan.PlanBuilder;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvonnxparser.IParser;

/** TensorRT's builder through the bindings of Bytedeco, for networks from ONNX files. */
public final class BytedecoPlanBuilder implements PlanBuilder {

    private final Cuda cuda;

    /** A builder; the libraries are loaded when it is first asked for something. */
    public BytedecoPlanBuilder(Cuda cuda) {
        this.cuda = cuda;
    }

    @Override
    public String version() {
        NativeLibraries.load();
        return BytedecoRuntime.loadedVersion();
    }

    @Override
    public void build(BuildRequest request, WritableByteChannel target) throws IOException, MalformedModelException {
        String what = String.valueOf(request.onnx().getFileName());
        new PlanCompilation(what, request.device(), request.options(), request.times(), request.progress())
                .run(cuda, network -> parse(network, request), target);
    }

    /** The network refers to memory of the parser. */
    private static PlanCompilation.Held parse(INetworkDefinition network, BuildRequest request)
            throws MalformedModelException {
        try {
            Owned<IParser> parser = OnnxParsing.fill(network, request.onnx());
            return parser::close;
        } catch (TensorRtException e) {
            throw new MalformedModelException(String.valueOf(e.getMessage()), e);
        }
    }
}
