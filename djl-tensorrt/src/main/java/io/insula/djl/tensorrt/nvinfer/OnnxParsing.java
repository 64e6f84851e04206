package io.insula.djl.tensorrt.nvinfer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.bytedeco.tensorrt.global.nvonnxparser;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IRefitter;
import org.bytedeco.tensorrt.nvonnxparser.IParser;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;
import org.bytedeco.tensorrt.nvonnxparser.IParserRefitter;
import org.jspecify.annotations.Nullable;

/**
 * TensorRT's parser of ONNX files: fills networks and refits plans, and tells what it did not understand.
 *
 * <p>The networks that it fills refer to memory of the parser, so the parser outlives their build.
 */
final class OnnxParsing {
    /** Of the virtual functions of the parsers, which deletes: eight and five are declared before it. */
    private static final int PARSER_DESTRUCTOR = 9;

    private static final int REFITTER_DESTRUCTOR = 6;
    private static final int MOST_ERRORS = 16;

    private OnnxParsing() {}

    /** Fills a network from a file; external data are read from the file's folder. */
    static Owned<IParser> fill(INetworkDefinition network, Path onnx) {
        long mark = TensorRtLog.SHARED.mark();
        Owned<IParser> parser = Owned.of(
                nvonnxparser.createParser(network, TensorRtLog.SHARED),
                PARSER_DESTRUCTOR,
                mark,
                "creating a parser of ONNX failed");
        try {
            IParser parsing = parser.get();
            if (!parsing.parseFromFile(onnx.toString(), ILogger.Severity.kWARNING.value)) {
                throw failure("compiling " + onnx + " failed", mark, parsing.getNbErrors(), parsing::getError);
            }
            return parser;
        } catch (RuntimeException e) {
            parser.close();
            throw e;
        }
    }

    /**
     * Gives a refitter the weights of a file; it must be the one that the plan was built from, or have its names. What is returned
     * holds the weights: it is closed after they were put into the plan.
     */
    static Owned<IParserRefitter> refit(IRefitter refitter, Path onnx) {
        long mark = TensorRtLog.SHARED.mark();
        Owned<IParserRefitter> parser = Owned.of(
                nvonnxparser.createParserRefitter(refitter, TensorRtLog.SHARED),
                REFITTER_DESTRUCTOR,
                mark,
                "creating a refitter of ONNX failed");
        try {
            IParserRefitter parsing = parser.get();
            if (!parsing.refitFromFile(onnx.toString())) {
                throw failure("reading weights of " + onnx + " failed", mark, parsing.getNbErrors(), parsing::getError);
            }
            return parser;
        } catch (RuntimeException e) {
            parser.close();
            throw e;
        }
    }

    private static TensorRtException failure(
            String what, long mark, int errors, IntFunction<@Nullable IParserError> error) {
        List<String> said = new ArrayList<>();
        for (int i = 0; i < Math.min(errors, MOST_ERRORS); i++) {
            IParserError one = error.apply(i);
            if (one != null) {
                said.add(words(one.desc(), one.nodeName(), one.nodeOperator(), one.node()));
            }
        }
        return said.isEmpty()
                ? TensorRtLog.SHARED.failure(mark, what)
                : new TensorRtException(what + ": " + String.join("; ", said)
                        + (errors > MOST_ERRORS ? "; and " + (errors - MOST_ERRORS) + " more" : ""));
    }

    /** The parser's description, and the node that it is about when it is about one. */
    static String words(@Nullable String description, @Nullable String name, @Nullable String operator, int node) {
        String text = description == null ? "" : description.strip();
        if (node < 0 || operator == null || operator.isEmpty()) {
            return text;
        }
        return "node " + node + (name == null || name.isEmpty() ? "" : " \"" + name + "\"") + " (" + operator + "): "
                + text;
    }
}
