package io.insula.djl.tensorrt.nvinfer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OnnxParsingTest {

    @Test
    void namesTheNodeThatAnErrorIsAbout() {
        assertThat(OnnxParsing.words(" no importer ", "/layer1/gqa", "GroupQueryAttention", 7))
                .isEqualTo("node 7 \"/layer1/gqa\" (GroupQueryAttention): no importer");
        assertThat(OnnxParsing.words("no importer", "", "Conv", 0)).isEqualTo("node 0 (Conv): no importer");
    }

    @Test
    void saysNothingOfNodesWhereThereIsNone() {
        assertThat(OnnxParsing.words("Failed to parse ONNX model from file", null, null, -1))
                .isEqualTo("Failed to parse ONNX model from file");
        assertThat(OnnxParsing.words(null, "x", "", 0)).isEmpty();
    }
}
