package io.insula.api.http;

import io.insula.api.dispatch.StreamListener;
import io.insula.api.dispatch.StreamSummary;
import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.api.json.JsonBytes;
import io.insula.api.openai.AnswerWriter;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer as server-sent events, as they come and as fast as the client takes them.
 *
 * <p>The head is written with the first text, or when a keep-alive is due, so that an engine that is lost before can
 * still be answered with a status. While the client takes nothing, text is merged; the answer's own length bounds it.
 *
 * <p><b>Thread:</b> the event loop of the response.
 *
 * <p><b>Source:</b> WHATWG HTML, section 9.2, server-sent events.
 */
final class SseAnswer implements StreamListener {

    private static final String KEEP_ALIVE = ": keep-alive\n\n";
    private static final int MAX_PIECE_CHARS = 16 << 10;

    private final RoutingContext context;
    private final HttpServerResponse response;
    private final Vertx vertx;
    private final Function<String, AnswerWriter> writers;
    private final Consumer<ApiError> failure;
    private final Runnable firstText;
    private final Outflow outflow;
    private final StringBuilder pending = new StringBuilder();
    private final long keepAliveTimer;
    private @Nullable AnswerWriter writer;
    private boolean spoke;
    private boolean roleWritten;
    private boolean wrote;
    private @Nullable UnaryOperator<JsonBytes> last;

    /**
     * @param writers makes the writer from the engine's fingerprint
     * @param failure answers an error while no head is written
     * @param firstText called with the first text
     * @param keepAliveMillis a stream that had nothing to say for this long says so
     */
    SseAnswer(
            Vertx vertx,
            RoutingContext context,
            Function<String, AnswerWriter> writers,
            Consumer<ApiError> failure,
            Runnable firstText,
            Outflow outflow,
            long keepAliveMillis) {
        this.vertx = vertx;
        this.context = context;
        this.response = context.response();
        this.writers = writers;
        this.failure = failure;
        this.firstText = firstText;
        this.outflow = outflow;
        this.keepAliveTimer = vertx.setPeriodic(keepAliveMillis, id -> keepAlive());
        outflow.onRoom(this::flush);
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
    public void flush() {
        while (isOpen() && !outflow.isFull()) {
            if (last != null && pending.length() <= MAX_PIECE_CHARS) {
                JsonBytes out = new JsonBytes(1024 + pending.length());
                text(out, pending.length());
                head();
                outflow.end(last.apply(out).toBuffer());
                return;
            }
            if (pending.isEmpty()) {
                return;
            }
            JsonBytes out = new JsonBytes(512 + Math.min(pending.length(), MAX_PIECE_CHARS));
            text(out, piece());
            head();
            wrote = true;
            outflow.write(out.toBuffer());
        }
    }

    @Override
    public void ended(StreamSummary summary) {
        vertx.cancelTimer(keepAliveTimer);
        switch (summary.result()) {
            case Result.Completed completed ->
                endWith(out -> {
                    Objects.requireNonNull(writer).finish(out, completed.finish(), summary.usage());
                    return out;
                });
            case Result.Failed failed -> fail(failed.error());
            // Not by the client, which is still there: the server stops.
            case Result.Cancelled cancelled -> fail(new ApiError.EngineLost());
        }
    }

    private void fail(ApiError error) {
        if (!isOpen()) {
            return;
        }
        if (!response.headWritten()) {
            failure.accept(error);
            return;
        }
        endWith(out ->
                out.raw("data: ").raw(Exchange.of(context).errors.event(error)).raw("\n\n"));
    }

    /** Ends the answer once the client has taken most of the text before. */
    private void endWith(UnaryOperator<JsonBytes> ending) {
        last = ending;
        flush();
    }

    private void keepAlive() {
        if (!isOpen()) {
            vertx.cancelTimer(keepAliveTimer);
        } else if (!wrote && outflow.isIdle()) {
            head();
            outflow.write(Buffer.buffer(KEEP_ALIVE));
        }
        wrote = false;
    }

    /** How much of the merged text goes into one event: a reader that is slow but reads is seen to take something. */
    private int piece() {
        if (pending.length() <= MAX_PIECE_CHARS) {
            return pending.length();
        }
        return Character.isHighSurrogate(pending.charAt(MAX_PIECE_CHARS - 1)) ? MAX_PIECE_CHARS - 1 : MAX_PIECE_CHARS;
    }

    /** The role chunk once, then merged text. */
    private void text(JsonBytes out, int chars) {
        if (writer == null) {
            return;
        }
        if (!roleWritten) {
            roleWritten = true;
            writer.role(out);
        }
        if (chars > 0) {
            writer.delta(out, pending, chars);
            pending.delete(0, chars);
        }
    }

    private boolean isOpen() {
        return !response.closed() && !response.ended();
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
