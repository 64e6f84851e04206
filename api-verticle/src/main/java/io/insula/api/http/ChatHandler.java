package io.insula.api.http;

import io.insula.api.assistant.AnswerForm;
import io.insula.api.assistant.Assistants;
import io.insula.api.assistant.ChatRequest;
import io.insula.api.auth.Caller;
import io.insula.api.dispatch.Generation;
import io.insula.api.dispatch.StreamHandle;
import io.insula.api.dispatch.StreamListener;
import io.insula.api.error.ApiError;
import io.insula.api.governance.Accounting;
import io.insula.api.openai.AnswerWriter;
import io.insula.api.openai.ChatDialect;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Answers chat completions: reads the dialect's request, has it generated and writes what comes. */
final class ChatHandler {

    private final Vertx vertx;
    private final HttpConfig config;
    private final Assistants assistants;
    private final Accounting accounting;
    private final ErrorResponder errors;
    private final LoopHop hop;
    private final ChatMeters meters;
    private final LongSupplier nanoClock;

    ChatHandler(
            Vertx vertx,
            HttpConfig config,
            Assistants assistants,
            Accounting accounting,
            ErrorResponder errors,
            LoopHop hop,
            ChatMeters meters,
            LongSupplier nanoClock) {
        this.vertx = vertx;
        this.config = config;
        this.assistants = assistants;
        this.accounting = accounting;
        this.errors = errors;
        this.hop = hop;
        this.meters = meters;
        this.nanoClock = nanoClock;
    }

    void handle(RoutingContext context, ChatDialect dialect) {
        Exchange exchange = Exchange.of(context);
        ChatRequest request = dialect.read(exchange.body());
        Caller caller = exchange.caller();
        hop.here(assistants.resolve(caller.tenant(), caller.weight(), exchange.id, request, dialect::alias))
                .compose(generation -> {
                    start(
                            context,
                            exchange,
                            dialect,
                            request,
                            generation.within(PreferredWait.millis(context.request())));
                    return Future.succeededFuture();
                })
                .onFailure(context::fail);
    }

    private void start(
            RoutingContext context,
            Exchange exchange,
            ChatDialect dialect,
            ChatRequest request,
            Generation generation) {
        if (exchange.hasLeft()) {
            return;
        }
        StreamListener answer = answer(context, exchange, writers(exchange, dialect, request), request);
        StreamHandle stream = accounting.generate(exchange.caller().key(), generation, answer);
        exchange.onLeave(stream::cancel);
    }

    private static AnswerWriters writers(Exchange exchange, ChatDialect dialect, ChatRequest request) {
        return new AnswerWriters(fingerprints -> new AnswerWriter(
                dialect.completionId(exchange.id),
                exchange.id.createdAtMillis() / 1000,
                request.model(),
                dialect.systemFingerprint(fingerprints),
                request.form().includeUsage(),
                request.echoed(),
                request.structure().functions()));
    }

    private StreamListener answer(
            RoutingContext context, Exchange exchange, AnswerWriters writers, ChatRequest request) {
        AnswerForm form = request.form();
        Consumer<ApiError> failure =
                error -> errors.respond(context, request.structure().named(error));
        Runnable firstWord = () -> meters.firstToken(nanoClock.getAsLong() - exchange.startedNanos);
        Outflow outflow = new Outflow(vertx, context, config.slowReaderTimeout().toMillis(), meters);
        return form.stream()
                ? new SseAnswer(
                        vertx,
                        context,
                        form.choices(),
                        writers,
                        failure,
                        firstWord,
                        outflow,
                        config.keepAliveInterval().toMillis())
                : new WholeAnswer(context, form, writers, failure, firstWord, outflow);
    }
}
