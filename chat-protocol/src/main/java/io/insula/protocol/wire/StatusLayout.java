package io.insula.protocol.wire;

import io.insula.protocol.ApiStatus;
import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;

/** The bytes of the leases; fields are only ever appended here. */
final class StatusLayout {

    /** The version that brought oldest versions, speeds and loads. */
    private static final int WITH_LOADS = 3;

    /** The length of the block and what its eight fields of version 2 take at least. */
    private static final int LEAST_MODEL_BYTES = 10;

    /** The length of the block and what its six fields take at least. */
    private static final int LEAST_EMBEDDING_BYTES = 8;

    private StatusLayout() {}

    static void writeEngine(WireWriter out, EngineStatus status) {
        out.text(status.node().value());
        out.count(status.newestVersion());
        out.flag(status.draining());
        out.list(status.models(), (writer, model) -> writer.block(model, StatusLayout::writeModel));
        out.list(status.embeddings(), (writer, model) -> writer.block(model, StatusLayout::writeEmbedding));
        out.count(status.oldestVersion());
    }

    static EngineStatus readEngine(WireReader in) {
        return new EngineStatus(
                new NodeId(in.text()),
                in.count(),
                in.flag(),
                in.list(LEAST_MODEL_BYTES, reader -> reader.block(StatusLayout::readModel)),
                in.list(LEAST_EMBEDDING_BYTES, reader -> reader.block(StatusLayout::readEmbedding)),
                in.version() >= WITH_LOADS ? in.count() : EngineStatus.UNSAID_OLDEST_VERSION);
    }

    static void writeApi(WireWriter out, ApiStatus status) {
        out.text(status.node().value());
        out.count(status.newestVersion());
        out.flag(status.leaving());
        out.count(status.oldestVersion());
        out.count(status.activeStreams());
        out.count(status.instances());
    }

    static ApiStatus readApi(WireReader in) {
        NodeId node = new NodeId(in.text());
        return in.version() >= WITH_LOADS
                ? new ApiStatus(node, in.count(), in.flag(), in.count(), in.count(), in.count())
                : new ApiStatus(node, in.count(), in.flag());
    }

    private static void writeEmbedding(WireWriter out, EmbeddingStatus model) {
        out.text(model.model().value());
        out.text(model.fingerprint());
        out.count(model.dimensions());
        out.count(model.maxTokens());
        out.count(model.queuedTexts());
        out.count(model.queueCapacity());
    }

    private static EmbeddingStatus readEmbedding(WireReader in) {
        return new EmbeddingStatus(new ModelName(in.text()), in.text(), in.count(), in.count(), in.count(), in.count());
    }

    private static void writeModel(WireWriter out, ModelStatus model) {
        out.text(model.model().value());
        out.text(model.fingerprint());
        out.count(model.contextTokens());
        out.count(model.slots());
        out.count(model.freeSlots());
        out.count(model.queuedTokens());
        out.count(model.queuedStreams());
        out.count(model.queueCapacity());
        out.count(model.tokensPerSecond());
    }

    private static ModelStatus readModel(WireReader in) {
        return new ModelStatus(
                new ModelName(in.text()),
                in.text(),
                in.count(),
                in.count(),
                in.count(),
                in.count(),
                in.count(),
                in.count(),
                in.version() >= WITH_LOADS ? in.count() : 0);
    }
}
