package io.insula.djl.tensorrt.plan;

import ai.djl.util.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The progress of a build that nobody watches: a line of the log for every tenth. */
final class LoggedProgress implements Progress {
    private static final Logger LOG = LoggerFactory.getLogger(LoggedProgress.class);
    private static final int LINES = 10;

    private String what = "";
    private long whole = 1;
    private long tenths;

    @Override
    public void reset(String message, long max, String trailingMessage) {
        what = message;
        whole = Math.max(1, max);
        tenths = 0;
    }

    @Override
    public void start(long initialProgress) {
        LOG.info("{}: this may take minutes", what);
    }

    @Override
    public void end() {
        LOG.info("{}: ended", what);
    }

    @Override
    public void increment(long increment) {
        throw new UnsupportedOperationException("builds report where they are, not how far they came");
    }

    @Override
    public void update(long progress, String message) {
        long now = progress * LINES / whole;
        if (now > tenths) {
            tenths = now;
            LOG.info("{}: {} of {}", what, progress, whole);
        }
    }
}
