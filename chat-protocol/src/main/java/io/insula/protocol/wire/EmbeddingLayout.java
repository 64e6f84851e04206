package io.insula.protocol.wire;

import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EmbedReply.Embedded;
import io.insula.protocol.EmbeddingVector;
import io.insula.protocol.ModelName;
import io.insula.protocol.RequestId;
import io.insula.protocol.TenantId;

/** The bytes of what is asked of an embedding model, and of its answer. */
final class EmbeddingLayout {

    /** A length and one character. */
    private static final int LEAST_TEXT_BYTES = 2;
    /** A length and one component. */
    private static final int LEAST_VECTOR_BYTES = 1 + Float.BYTES;

    private EmbeddingLayout() {}

    static void writeCommand(WireWriter out, EmbedCommand command) {
        out.uuid(command.request().value());
        out.uuid(command.tenant().value());
        out.text(command.model().value());
        out.list(command.texts(), WireWriter::text);
    }

    static EmbedCommand readCommand(WireReader in) {
        return new EmbedCommand(
                new RequestId(in.uuid()),
                new TenantId(in.uuid()),
                new ModelName(in.text()),
                in.list(LEAST_TEXT_BYTES, WireReader::text));
    }

    static void writeEmbedded(WireWriter out, Embedded embedded) {
        out.list(embedded.vectors(), EmbeddingLayout::writeVector);
        out.count(embedded.promptTokens());
        out.count(embedded.queuedMicros());
    }

    static Embedded readEmbedded(WireReader in) {
        return new Embedded(in.list(LEAST_VECTOR_BYTES, EmbeddingLayout::readVector), in.count(), in.longCount());
    }

    private static void writeVector(WireWriter out, EmbeddingVector vector) {
        out.floats(vector.toArray());
    }

    private static EmbeddingVector readVector(WireReader in) {
        return EmbeddingVector.of(in.floats());
    }
}
