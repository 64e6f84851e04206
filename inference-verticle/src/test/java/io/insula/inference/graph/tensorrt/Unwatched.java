package io.insula.inference.graph.tensorrt;

import ai.djl.util.Progress;

/** The progress of a build that no test looks at. */
final class Unwatched implements Progress {

    @Override
    public void reset(String message, long max, String trailingMessage) {}

    @Override
    public void start(long initialProgress) {}

    @Override
    public void end() {}

    @Override
    public void increment(long increment) {}

    @Override
    public void update(long progress, String message) {}
}
