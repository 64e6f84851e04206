package io.insula.inference.graph;

/** What a decoder computes, independent of the runtime that computes it. */
public interface DecoderDescription {

    DecoderShape shape();

    /** Describes the whole decoder to a writer, once. */
    <V> void write(GraphWriter<V> writer);
}
