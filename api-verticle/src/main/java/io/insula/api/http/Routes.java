package io.insula.api.http;

import io.insula.api.auth.Authenticator;
import io.insula.api.auth.Caller;
import io.insula.api.error.ApiError;
import io.insula.api.error.ErrorForm;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which path is answered by what: request id and log first, then the caller, then the body, then the answer.
 *
 * <p>The body of a request is not read before its caller is known.
 */
final class Routes {

    private static final String CHAT = "/chat/completions";
    private static final String EMBEDDINGS = "/embeddings";
    private static final String MODELS = "/models";

    private final Router router;
    private final Authenticator authenticator;
    private final LoopHop hop;
    private final BodyReader bodies;
    private final ChatHandler chat;
    private final EmbeddingsHandler embeddings;
    private final ModelsHandler models;

    Routes(
            Vertx vertx,
            Authenticator authenticator,
            LoopHop hop,
            BodyReader bodies,
            ChatHandler chat,
            EmbeddingsHandler embeddings,
            ModelsHandler models) {
        this.router = Router.router(vertx);
        this.authenticator = authenticator;
        this.hop = hop;
        this.bodies = bodies;
        this.chat = chat;
        this.embeddings = embeddings;
        this.models = models;
    }

    private void cluster(ClusterPage page) {
        router.route(HttpMethod.GET, ClusterPage.PATH).handler(context -> {
            Exchange exchange = Exchange.of(context);
            exchange.errors = ErrorForm.HYBRID;
            exchange.route = ClusterPage.PATH;
            page.handle(context);
        });
        otherMethods(ErrorForm.HYBRID, ClusterPage.PATH, HttpMethod.GET);
    }

    /**
     * Puts the routes together.
     *
     * @param page null where no cluster is shown
     */
    Router router(
            List<RouteFamily> families,
            @Nullable ClusterPage page,
            RequestIds ids,
            AccessLog log,
            ErrorResponder errors,
            LongSupplier nanoClock) {
        router.route().handler(context -> {
            Exchange.open(context, ids.next(), nanoClock.getAsLong(), log);
            context.next();
        });
        router.route().failureHandler(errors::handle);
        families.forEach(this::family);
        if (page != null) {
            cluster(page);
        }
        router.route().handler(context -> {
            Exchange.of(context).errors = form(context.normalizedPath());
            context.fail(new ApiError.PathNotFound().failure());
        });
        return router;
    }

    private void family(RouteFamily family) {
        String chatPath = family.prefix() + CHAT;
        router.route(HttpMethod.POST, chatPath)
                .handler(entry(family, chatPath))
                .handler(bodies::handle)
                .handler(context -> chat.handle(context, family.dialect()));
        otherMethods(family.errors(), chatPath, HttpMethod.POST);
        if (family.models()) {
            String embeddingsPath = family.prefix() + EMBEDDINGS;
            router.route(HttpMethod.POST, embeddingsPath)
                    .handler(entry(family, embeddingsPath))
                    .handler(bodies::handle)
                    .handler(embeddings::handle);
            otherMethods(family.errors(), embeddingsPath, HttpMethod.POST);
            String listPath = family.prefix() + MODELS;
            router.route(HttpMethod.GET, listPath)
                    .handler(entry(family, listPath))
                    .handler(models::list);
            otherMethods(family.errors(), listPath, HttpMethod.GET);
            String modelPath = listPath + "/:model";
            router.route(HttpMethod.GET, modelPath)
                    .handler(entry(family, modelPath))
                    .handler(models::get);
            otherMethods(family.errors(), modelPath, HttpMethod.GET);
        }
    }

    private Handler<RoutingContext> entry(RouteFamily family, String path) {
        return context -> {
            Exchange exchange = Exchange.of(context);
            exchange.errors = family.errors();
            exchange.route = path;
            bodies.hold(context);
            hop.here(caller(family, context)).onComplete(outcome -> {
                if (exchange.hasLeft()) {
                    return;
                }
                if (outcome.failed()) {
                    context.fail(outcome.cause());
                    return;
                }
                exchange.authenticated(outcome.result());
                if (HttpMethod.GET.equals(context.request().method())) {
                    context.request().resume();
                }
                context.next();
            });
        };
    }

    private Future<Caller> caller(RouteFamily family, RoutingContext context) {
        return family.tenantInPath()
                ? authenticator.authenticate(context.request(), Exchange.pathParam(context, "tenant"))
                : authenticator.authenticate(context.request(), family.keyless());
    }

    private void otherMethods(ErrorForm form, String path, HttpMethod allowed) {
        router.route(path).handler(context -> {
            Exchange exchange = Exchange.of(context);
            exchange.errors = form;
            exchange.route = path;
            context.fail(new ApiError.MethodNotAllowed(allowed.name()).failure());
        });
    }

    private static ErrorForm form(String path) {
        if (path.startsWith("/v1.0/") || path.startsWith("/v2.0/")) {
            return ErrorForm.HYBRID;
        }
        return path.startsWith("/api/vizra-adk") ? ErrorForm.VIZRA : ErrorForm.OPENAI;
    }
}
