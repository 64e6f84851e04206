package io.insula.launcher.config;

import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.dispatch.FailoverConfig;
import io.insula.api.http.HttpConfig;
import io.insula.api.openai.RequestLimits;
import io.insula.api.openai.StructureLimits;
import io.insula.api.vizra.VizraModels;
import io.insula.launcher.management.ManagementConfig;
import io.insula.protocol.OutputOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Reads what the HTTP side is told: listening, limits of requests, dispatch, the management port. */
final class HttpSettings {

    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private HttpSettings() {}

    static HttpConfig http(Settings settings) {
        HttpConfig standard = HttpConfig.DEFAULT;
        return new HttpConfig(
                settings.text("http.host", standard.host(), "address the API listens on"),
                settings.integer("http.port", standard.port(), 0, 65_535, "port of the API; 0 takes a free one"),
                (int) settings.size(
                        "http.max-body", standard.maxBodyBytes(), 1024, 1 << 30, "largest request body; above it: 413"),
                (int) settings.size(
                        "http.max-header", standard.maxHeaderBytes(), 1024, 1 << 20, "largest request head"),
                settings.duration(
                        "http.idle-timeout",
                        standard.idleTimeout(),
                        Duration.ofSeconds(1),
                        Duration.ofHours(24),
                        "a connection without traffic is closed"),
                settings.duration(
                        "http.body-timeout", standard.bodyTimeout(), MILLI, HOUR, "a request body arrives within it"),
                settings.duration(
                        "http.keep-alive",
                        standard.keepAliveInterval(),
                        MILLI,
                        HOUR,
                        "a stream whose next text is awaited sends a comment this often"),
                settings.duration(
                        "http.slow-reader",
                        standard.slowReaderTimeout(),
                        MILLI,
                        HOUR,
                        "a client that takes nothing for this long is given up"),
                settings.flag(
                        "http.keyless-loopback",
                        standard.keylessLoopback(),
                        "/v1 and /api/vizra-adk answer requests from this machine without a key, as the default tenant"),
                limits(settings));
    }

    private static RequestLimits limits(Settings settings) {
        RequestLimits standard = RequestLimits.DEFAULT;
        return new RequestLimits(
                settings.integer(
                        "request.max-messages", standard.maxMessages(), 1, 1_000_000, "messages of one conversation"),
                settings.integer(
                        "request.max-content-parts",
                        standard.maxContentParts(),
                        1,
                        1_000_000,
                        "text parts of one message"),
                settings.integer("request.max-stop", standard.maxStop(), 1, 64, "stop strings of one request"),
                settings.integer(
                        "request.max-stop-length", standard.maxStopChars(), 1, 65_536, "characters of a stop string"),
                settings.integer(
                        "request.max-model-length",
                        standard.maxModelChars(),
                        36,
                        4096,
                        "characters of the model's name"),
                settings.integer("request.max-stop-tokens", standard.maxStopTokens(), 1, 65_536, "stop token ids"),
                settings.integer(
                        "request.max-logit-bias", standard.maxLogitBias(), 1, 1_000_000, "tokens with a logit bias"),
                settings.integer(
                        "request.max-choices",
                        standard.maxChoices(),
                        1,
                        OutputOptions.MAX_CHOICES,
                        "answers generated for one request: n, best_of"),
                settings.integer(
                        "request.max-total-tokens",
                        standard.maxTotalTokens(),
                        1,
                        Integer.MAX_VALUE,
                        "n, or best_of, times max_tokens, where more than one answer is asked for"),
                structure(settings, standard.structure()));
    }

    private static StructureLimits structure(Settings settings, StructureLimits standard) {
        return new StructureLimits(
                settings.integer(
                        "request.max-tools",
                        standard.maxTools(),
                        1,
                        4096,
                        "tools of one request, and tool calls of one message"),
                settings.integer(
                        "request.max-schema-length",
                        standard.maxSchemaChars(),
                        64,
                        1 << 20,
                        "characters of one JSON Schema, and of all texts of a choice"),
                settings.integer(
                        "request.max-nesting",
                        standard.maxNesting(),
                        2,
                        56,
                        "levels of objects and arrays in a JSON Schema or in chat_template_kwargs"),
                settings.integer(
                        "request.max-regex-length", standard.maxPatternChars(), 1, 65_536, "characters of a regex"),
                settings.integer("request.max-choice-texts", standard.maxChoiceTexts(), 1, 65_536, "texts of a choice"),
                settings.integer(
                        "request.max-template-length",
                        standard.maxTemplateChars(),
                        64,
                        1 << 20,
                        "characters of chat_template_kwargs"));
    }

    static DispatchConfig dispatch(Settings settings) {
        DispatchConfig standard = DispatchConfig.DEFAULT;
        return new DispatchConfig(
                settings.duration(
                        "dispatch.admission-timeout",
                        standard.admissionTimeout(),
                        MILLI,
                        HOUR,
                        "an engine that has not answered by then is passed over"),
                settings.duration(
                        "dispatch.silence-timeout",
                        standard.silenceTimeout(),
                        Duration.ofSeconds(3),
                        HOUR,
                        "a stream without any frame for this long has lost its engine"),
                settings.duration(
                        "dispatch.cancel-grace",
                        standard.cancelGrace(),
                        MILLI,
                        HOUR,
                        "how long a cancelled stream's exact token counts are waited for"),
                settings.integer(
                        "dispatch.tries", standard.tries(), 1, 100, "engines asked before the client is told 503"),
                settings.duration(
                        "dispatch.retry-after",
                        standard.retryAfter(),
                        MILLI,
                        HOUR,
                        "what a client is told to wait when no engine named a time"),
                settings.duration(
                        "dispatch.deadline",
                        standard.deadline(),
                        Duration.ZERO,
                        Duration.ofDays(1),
                        "an answer that takes longer ends with 408, also where the client waits longer; 0s: never"),
                failover(settings));
    }

    private static FailoverConfig failover(Settings settings) {
        FailoverConfig standard = FailoverConfig.DEFAULT;
        return new FailoverConfig(
                settings.choice(
                        "dispatch.failover",
                        standard.unequal(),
                        List.of(FailoverConfig.Unequal.values()),
                        "whether an engine of other numerics goes on with a begun answer, which is then marked, or the"
                                + " answer ends with an error"),
                settings.duration(
                        "dispatch.resume-wait",
                        standard.resumeWait(),
                        MILLI,
                        HOUR,
                        "how long a running answer waits for an engine when none is left"),
                settings.integer(
                        "dispatch.engine-failures",
                        standard.engineFailures(),
                        1,
                        100,
                        "engines in a row that may fail before an answer got 32 tokens further; then it ends"),
                settings.integer(
                        "dispatch.attempts", standard.attempts(), 1, 1000, "engines that may work on one answer"),
                settings.duration(
                        "dispatch.set-aside",
                        standard.setAside(),
                        MILLI,
                        HOUR,
                        "how long an engine that keeps failing is not asked at first; up to 32 times as long"));
    }

    static VizraModels vizra(Settings settings) {
        return new VizraModels(
                Map.of(),
                settings.text(
                        "vizra.default-config",
                        "starter",
                        "the assistant config behind every gpt-… model name on /api/vizra-adk"));
    }

    static ManagementConfig management(Settings settings) {
        return new ManagementConfig(
                settings.text("management.host", "127.0.0.1", "address of /healthz, /readyz and /metrics"),
                settings.integer(
                        "management.port",
                        8001,
                        0,
                        65_535,
                        "port of /healthz, /readyz and /metrics; 0 takes a free one"));
    }
}
