package io.insula.launcher.model;

import io.insula.launcher.terminal.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Writes a response's body into a partial file, never more than the file's known size. */
final class PartDownload implements BodySubscriber<Void>, AutoCloseable {

    private final Path part;
    private final long sizeBytes;
    private final Progress.Step step;
    private final CompletableFuture<Void> body = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private @Nullable FileChannel channel;
    private boolean closed;
    private long at;
    private volatile long lastByteNanos = System.nanoTime();

    PartDownload(Path part, long sizeBytes, Progress.Step step) {
        this.part = part;
        this.sizeBytes = sizeBytes;
        this.step = step;
    }

    /** Opens the file: continued for a partial response of the range that was asked for, from its beginning otherwise. */
    synchronized PartDownload accept(ResponseInfo info) {
        try {
            FileChannel opened = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel = opened;
            at = info.statusCode() == 206 ? opened.size() : 0;
            if (info.statusCode() == 206
                    && !info.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + at + "-")) {
                throw new IOException("it sent another range than the one asked for");
            }
            opened.truncate(at);
            opened.position(at);
        } catch (IOException e) {
            body.completeExceptionally(e);
        }
        return this;
    }

    long lastByteNanos() {
        return lastByteNanos;
    }

    @Override
    public CompletionStage<Void> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public synchronized void onNext(List<ByteBuffer> buffers) {
        FileChannel open = channel;
        if (closed || open == null || body.isDone()) {
            return;
        }
        try {
            for (ByteBuffer buffer : buffers) {
                if (at + buffer.remaining() > sizeBytes) {
                    throw new IOException("it sends more than the " + sizeBytes + " bytes of the file");
                }
                while (buffer.hasRemaining()) {
                    at += open.write(buffer);
                }
            }
        } catch (IOException e) {
            if (subscription != null) {
                subscription.cancel();
            }
            body.completeExceptionally(e);
            return;
        }
        lastByteNanos = System.nanoTime();
        step.reached(at);
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        body.complete(null);
    }

    /** Ends the download; bytes that still come are dropped. */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + part, e);
        }
    }
}
