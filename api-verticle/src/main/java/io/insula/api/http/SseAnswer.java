package io.insula.api.http;

import io.insula.api.dispatch.StreamListener;
import io.insula.api.dispatch.StreamSummary;
import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.api.json.JsonBytes;
import io.insula.api.openai.AnswerWriter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer as server-sent events, as they come and as fast as the client takes them.
 *
 * <p>The head is written with the first text, or when a keep-alive is due, so that an engine that is lost before can
 * still be answered with a status. While the client's queue is full, text is merged; the answer's own length bounds it.
 *
 * <p><b>Thread:</b> the event loop of the response.
 *
 * <p><b>Source:</b> WHATWG HTML, section 9.2, server-sent events.
 */
final class SseAnswer implements StreamListener {

    private static final Buffer KEEP_ALIVE = Buffer.buffer(": keep-alive\n\n");

    private final RoutingContext context;
    private final HttpServerResponse response;
    private final Function<String, AnswerWriter> writers;
    private final Consumer<ApiError> failure;
    private final Runnable firstText;
    private final SlowReader slowReader;
    private final LongSupplier nanoClock;
    private final long keepAliveNanos;
    private final StringBuilder pending = new StringBuilder();
    private @Nullable AnswerWriter writer;
    private boolean spoke;
    private boolean roleWritten;
    private long writtenNanos;

    /**
     * @param writers makes the writer from the engine's fingerprint
     * @param failure answers an error while no head is written
     * @param firstText called with the first text
     */
    SseAnswer(
            RoutingContext context,
            Function<String, AnswerWriter> writers,
            Consumer<ApiError> failure,
            Runnable firstText,
            SlowReader slowReader,
            LongSupplier nanoClock,
            long keepAliveNanos) {
        this.context = context;
        this.response = context.response();
        this.writers = writers;
        this.failure = failure;
        this.firstText = firstText;
        this.slowReader = slowReader;
        this.nanoClock = nanoClock;
        this.keepAliveNanos = keepAliveNanos;
        this.writtenNanos = nanoClock.getAsLong();
    }

    @Override
    public void admitted(String fingerprint) {
        writer = writers.apply(fingerprint);
    }

    @Override
    public void delta(String text) {
        if (!text.isEmpty()) {
            if (!spoke) {
                spoke = true;
                firstText.run();
            }
            pending.append(text);
        }
    }

    @Override
    public void progress() {
        // The flush that follows looks whether a keep-alive is due.
    }

    @Override
    public void flush() {
        if (response.closed() || response.ended()) {
            return;
        }
        if (response.writeQueueFull()) {
            slowReader.await(this::flush);
        } else if (!pending.isEmpty()) {
            write(encoded(new JsonBytes(384 + pending.length())));
        } else if (nanoClock.getAsLong() - writtenNanos >= keepAliveNanos) {
            head();
            writtenNanos = nanoClock.getAsLong();
            response.write(KEEP_ALIVE);
        }
    }

    @Override
    public void ended(StreamSummary summary) {
        if (response.closed() || response.ended()) {
            slowReader.stop();
            return;
        }
        switch (summary.result()) {
            case Result.Completed completed -> {
                JsonBytes out = encoded(new JsonBytes(1024 + pending.length()));
                if (writer != null) {
                    writer.finish(out, completed.finish(), summary.usage());
                }
                end(out);
            }
            case Result.Failed failed -> fail(failed.error());
            case Result.Cancelled cancelled -> fail(new ApiError.EngineLost());
        }
    }

    private void fail(ApiError error) {
        if (!response.headWritten()) {
            slowReader.stop();
            failure.accept(error);
            return;
        }
        JsonBytes out = pending.isEmpty() ? new JsonBytes(384) : encoded(new JsonBytes(768));
        out.raw("data: ").raw(Exchange.of(context).errors.event(error)).raw("\n\n");
        end(out);
    }

    /** What is due before anything else: the role chunk once, then the merged text. */
    private JsonBytes encoded(JsonBytes out) {
        if (writer != null) {
            if (!roleWritten) {
                roleWritten = true;
                writer.role(out);
            }
            if (!pending.isEmpty()) {
                writer.delta(out, pending);
                pending.setLength(0);
            }
        }
        return out;
    }

    private void write(JsonBytes out) {
        head();
        writtenNanos = nanoClock.getAsLong();
        response.write(Buffer.buffer(out.toArray()));
        if (response.writeQueueFull()) {
            slowReader.await(this::flush);
        }
    }

    private void end(JsonBytes out) {
        head();
        boolean full = response.writeQueueFull();
        response.end(Buffer.buffer(out.toArray())).onComplete(done -> slowReader.stop());
        if (full) {
            slowReader.awaitEnd();
        }
    }

    private void head() {
        if (!response.headWritten()) {
            response.setChunked(true)
                    .putHeader("Content-Type", "text/event-stream")
                    .putHeader("Cache-Control", "no-cache")
                    .putHeader("X-Accel-Buffering", "no");
        }
    }
}
