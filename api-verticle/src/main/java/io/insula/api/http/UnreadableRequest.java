package io.insula.api.http;

import io.insula.api.error.ApiError;
import io.insula.api.error.ErrorForm;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/** Answers what is not HTTP, and closes its connection: where the next request would begin, nobody knows. */
final class UnreadableRequest {

    private final RequestIds ids;

    UnreadableRequest(RequestIds ids) {
        this.ids = ids;
    }

    void handle(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        int status = 400;
        if (cause instanceof TooLongHttpLineException) {
            status = 414;
        } else if (cause instanceof TooLongHttpHeaderException) {
            status = 431;
        }
        ApiError error = new ApiError.InvalidRequest("The request is not valid HTTP.", null, null);
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Connection", "close")
                .putHeader("x-request-id", ids.next().toString())
                .end(Buffer.buffer(ErrorForm.OPENAI.body(error).toArray()))
                .onComplete(done -> request.connection().close());
    }
}
