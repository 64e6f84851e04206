package io.insula.protocol;

import java.util.List;

/**
 * Everything that one engine step produced for the streams of one HTTP verticle: one message a step, not a token.
 *
 * @param node the inference node that speaks
 * @param frames in the order they happened
 */
public record FrameBatch(NodeId node, List<StreamFrame> frames) {

    public FrameBatch {
        frames = List.copyOf(frames);
    }
}
