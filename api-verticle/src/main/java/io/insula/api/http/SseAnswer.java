package io.insula.api.http;

import io.insula.api.dispatch.StreamListener;
import io.insula.api.dispatch.StreamSummary;
import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.api.json.JsonBytes;
import io.insula.api.openai.AnswerWriter;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.TokenScores;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
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

    private final RoutingContext context;
    private final HttpServerResponse response;
    private final Vertx vertx;
    private final AnswerWriters writers;
    private final Consumer<ApiError> failure;
    private final FirstWord firstWord;
    private final Outflow outflow;
    private final List<PendingChoice> choices;
    private final long keepAliveTimer;
    private boolean wrote;
    private @Nullable UnaryOperator<JsonBytes> last;

    /**
     * @param choices how many there are
     * @param writers makes the writer from the engines' fingerprints
     * @param failure answers an error while no head is written
     * @param firstWord called when the answer begins
     * @param keepAliveMillis a stream that had nothing to say for this long says so
     */
    SseAnswer(
            Vertx vertx,
            RoutingContext context,
            int choices,
            AnswerWriters writers,
            Consumer<ApiError> failure,
            Runnable firstWord,
            Outflow outflow,
            long keepAliveMillis) {
        this.vertx = vertx;
        this.context = context;
        this.response = context.response();
        this.choices = IntStream.range(0, choices).mapToObj(PendingChoice::new).toList();
        this.writers = writers;
        this.failure = failure;
        this.firstWord = new FirstWord(firstWord);
        this.outflow = outflow;
        this.keepAliveTimer = vertx.setPeriodic(keepAliveMillis, id -> keepAlive());
        outflow.onRoom(this::flush);
    }

    @Override
    public void admitted(String fingerprint) {
        writers.begin(fingerprint);
    }

    @Override
    public void approximated(String fingerprint) {
        writers.goOn(fingerprint);
    }

    @Override
    public void prompt(List<TokenScores> scores) {
        // A stream is never asked for them.
    }

    @Override
    public void delta(StreamDelta delta) {
        firstWord.listen(delta);
        choices.get(delta.choice()).append(delta);
    }

    @Override
    public void flush() {
        while (isOpen() && !outflow.isFull()) {
            long chars = choices.stream().mapToLong(PendingChoice::chars).sum();
            if (last != null && chars <= PendingChoice.MAX_PIECE_CHARS) {
                JsonBytes out = new JsonBytes((int) (1024 + 2 * chars));
                write(out, Integer.MAX_VALUE);
                head();
                outflow.end(last.apply(out).toBuffer());
                return;
            }
            if (choices.stream().allMatch(PendingChoice::isEmpty)) {
                return;
            }
            JsonBytes out = new JsonBytes((int) (512 + Math.min(chars, PendingChoice.MAX_PIECE_CHARS)));
            write(out, PendingChoice.MAX_PIECE_CHARS);
            head();
            wrote = true;
            outflow.write(out.toBuffer());
        }
    }

    @Override
    public void ended(StreamSummary summary) {
        vertx.cancelTimer(keepAliveTimer);
        switch (summary.result()) {
            case Result.Completed _ ->
                endWith(out -> {
                    Objects.requireNonNull(writers.current()).end(out, summary.usage());
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

    /** The next piece of each choice that has something to tell, until there is enough for one event. */
    private void write(JsonBytes out, int enough) {
        AnswerWriter writer = writers.current();
        if (writer == null) {
            return;
        }
        for (PendingChoice choice : choices) {
            if (!choice.isEmpty() && out.size() < enough) {
                choice.write(out, writer);
            }
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
