package io.insula.api.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.TokenScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Keeps what a client is told. */
final class RecordingListener implements StreamListener {

    final List<String> told = new ArrayList<>();

    @Nullable
    StreamSummary ended;

    boolean breaks;

    RequestId request() {
        return new RequestId(new UUID(7, 1));
    }

    StreamSummary summary() {
        return Objects.requireNonNull(ended, "the stream has not ended");
    }

    Result result() {
        return summary().result();
    }

    ApiError error() {
        assertThat(result()).isInstanceOf(Result.Failed.class);
        return ((Result.Failed) result()).error();
    }

    @Override
    public void admitted(String fingerprint) {
        told.add("admitted " + fingerprint);
    }

    @Override
    public void approximated(String fingerprint) {
        told.add("approximated " + fingerprint);
    }

    @Override
    public void prompt(List<TokenScores> scores) {
        told.add("prompt " + scores.size());
    }

    @Override
    public void delta(StreamDelta delta) {
        if (breaks) {
            throw new IllegalStateException("for a test");
        }
        told.add(delta.choice() == 0 ? delta.text() : delta.choice() + ": " + delta.text());
    }

    @Override
    public void flush() {
        told.add("flush");
    }

    @Override
    public void ended(StreamSummary summary) {
        told.add("ended");
        assertThat(ended).isNull();
        ended = summary;
    }
}
