package io.insula.api.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.ext.web.RoutingContext;

/**
 * Writes an answer no faster than its client takes it, and gives up a client that takes nothing for too long.
 *
 * <p>It counts bytes that the socket has not taken yet. Vert.x's own {@code writeQueueFull} counts messages, and one
 * message may hold the whole rest of an answer.
 *
 * <p><b>Thread:</b> the event loop of the response.
 */
final class Outflow {

    private static final int MAX_UNSENT_BYTES = 64 << 10;
    private static final long NONE = -1;

    private final Vertx vertx;
    private final RoutingContext context;
    private final HttpServerResponse response;
    private final long timeoutMillis;
    private final ChatMeters meters;
    private Runnable onRoom = () -> {};
    private long unsentBytes;
    private long timer = NONE;

    /**
     * @param timeoutMillis how long a client may take nothing of what waits for it
     */
    Outflow(Vertx vertx, RoutingContext context, long timeoutMillis, ChatMeters meters) {
        this.vertx = vertx;
        this.context = context;
        this.response = context.response();
        this.timeoutMillis = timeoutMillis;
        this.meters = meters;
    }

    /** What to do each time the client has taken something and there is room again. */
    void onRoom(Runnable action) {
        onRoom = action;
    }

    /** Whether so much waits for the client that nothing should be added. */
    boolean isFull() {
        return unsentBytes > MAX_UNSENT_BYTES;
    }

    /** Whether the client has taken everything so far. */
    boolean isIdle() {
        return unsentBytes == 0;
    }

    void write(Buffer bytes) {
        sent(response.write(bytes), bytes.length());
    }

    /** Writes the last bytes; the client is still watched until it has taken them. */
    void end(Buffer bytes) {
        sent(response.end(bytes), bytes.length());
    }

    private void sent(Future<Void> written, int bytes) {
        if (written.isComplete()) {
            return;
        }
        unsentBytes += bytes;
        if (timer == NONE) {
            timer = vertx.setTimer(timeoutMillis, id -> giveUp());
        }
        written.onComplete(outcome -> taken(bytes));
    }

    private void taken(int bytes) {
        unsentBytes -= bytes;
        vertx.cancelTimer(timer);
        timer = unsentBytes == 0 ? NONE : vertx.setTimer(timeoutMillis, id -> giveUp());
        if (!isFull()) {
            onRoom.run();
        }
    }

    private void giveUp() {
        timer = NONE;
        meters.slowReader();
        Exchange.of(context).leave();
        if (context.request().version() == HttpVersion.HTTP_2) {
            response.reset();
        } else {
            cut(context.request().connection());
        }
    }

    /** Vert.x closes a connection when everything is sent, which a client that takes nothing would put off for ever. */
    private static void cut(HttpConnection connection) {
        ChannelHandlerContext channel = ((HttpServerConnection) connection).channelHandlerContext();
        channel.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        ChannelFuture _ = channel.close();
    }
}
