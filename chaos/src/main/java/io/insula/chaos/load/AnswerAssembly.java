package io.insula.chaos.load;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Puts an answer together from chunks, or from a whole completion, and refuses what no answer may say. */
final class AnswerAssembly {

    private static final String PREFIX = "chatcmpl-";

    private final TreeMap<Integer, Parts> choices = new TreeMap<>();
    private @Nullable UUID request;
    private @Nullable String fingerprint;
    private @Nullable String promptLogprobs;
    private @Nullable JsonObject usage;

    private static final class Parts {
        private final StringBuilder content = new StringBuilder();
        private final StringBuilder reasoning = new StringBuilder();
        private final List<CallParts> calls = new ArrayList<>();
        private final List<String> logprobs = new ArrayList<>();
        private @Nullable String finish;
    }

    private record CallParts(String id, String name, StringBuilder arguments) {}

    /** Takes one event's data; true when it carried a part of an answer. */
    boolean chunk(JsonObject chunk) {
        common(chunk);
        JsonObject told = chunk.getJsonObject("usage");
        if (told != null) {
            require(usage == null, "usage is told twice");
            usage = told;
        }
        JsonArray list = chunk.getJsonArray("choices", new JsonArray());
        for (int i = 0; i < list.size(); i++) {
            JsonObject choice = list.getJsonObject(i);
            Parts parts = choices.computeIfAbsent(choice.getInteger("index"), index -> new Parts());
            require(parts.finish == null, "a choice goes on behind its end");
            JsonObject delta = choice.getJsonObject("delta", new JsonObject());
            parts.content.append(delta.getString("content", "") == null ? "" : delta.getString("content", ""));
            parts.reasoning.append(delta.getString("reasoning_content", ""));
            calls(parts, delta.getJsonArray("tool_calls", new JsonArray()), true);
            logprobs(parts, choice.getJsonObject("logprobs"));
            parts.finish = choice.getString("finish_reason");
        }
        return !list.isEmpty();
    }

    /** Takes a whole completion. */
    void completion(JsonObject completion) {
        common(completion);
        usage = completion.getJsonObject("usage");
        JsonArray prompt = completion.getJsonArray("prompt_logprobs");
        promptLogprobs = prompt == null ? null : prompt.encode();
        JsonArray list = completion.getJsonArray("choices", new JsonArray());
        for (int i = 0; i < list.size(); i++) {
            JsonObject choice = list.getJsonObject(i);
            Parts parts = new Parts();
            choices.put(choice.getInteger("index"), parts);
            JsonObject message = choice.getJsonObject("message");
            String content = message.getString("content");
            parts.content.append(content == null ? "" : content);
            parts.reasoning.append(message.getString("reasoning_content", ""));
            calls(parts, message.getJsonArray("tool_calls", new JsonArray()), false);
            logprobs(parts, choice.getJsonObject("logprobs"));
            parts.finish = choice.getString("finish_reason");
        }
    }

    private void common(JsonObject object) {
        String id = object.getString("id", "");
        require(id.startsWith(PREFIX) && id.length() == PREFIX.length() + 32, "an id of another form: " + id);
        UUID found = new UUID(
                Long.parseUnsignedLong(id, PREFIX.length(), PREFIX.length() + 16, 16),
                Long.parseUnsignedLong(id, PREFIX.length() + 16, PREFIX.length() + 32, 16));
        require(request == null || request.equals(found), "the answer's id changes");
        request = found;
        String print = object.getString("system_fingerprint");
        require(fingerprint == null || fingerprint.equals(print), "the answer's fingerprint changes");
        fingerprint = print;
    }

    private static void calls(Parts parts, JsonArray calls, boolean indexed) {
        for (int i = 0; i < calls.size(); i++) {
            JsonObject call = calls.getJsonObject(i);
            JsonObject function = call.getJsonObject("function");
            int index = indexed ? call.getInteger("index") : i;
            if (call.containsKey("id")) {
                require(index == parts.calls.size(), "a call begins twice, or out of order");
                parts.calls.add(new CallParts(call.getString("id"), function.getString("name"), new StringBuilder()));
            }
            require(index < parts.calls.size(), "arguments of a call that has not begun");
            parts.calls.get(index).arguments().append(function.getString("arguments", ""));
        }
    }

    private static void logprobs(Parts parts, @Nullable JsonObject logprobs) {
        if (logprobs != null) {
            JsonArray content = logprobs.getJsonArray("content", new JsonArray());
            for (int i = 0; i < content.size(); i++) {
                parts.logprobs.add(content.getJsonObject(i).encode());
            }
        }
    }

    /** The request's id, once anything was heard. */
    @Nullable
    UUID request() {
        return request;
    }

    Answer answer() {
        if (request == null || usage == null) {
            throw new BrokenAnswerException("the answer has no id or no usage");
        }
        return new Answer(
                request,
                fingerprint,
                choices.values().stream().map(AnswerAssembly::choice).toList(),
                promptLogprobs,
                usage);
    }

    private static Answer.Choice choice(Parts parts) {
        return new Answer.Choice(
                parts.content.toString(),
                parts.reasoning.toString(),
                parts.calls.stream()
                        .map(call -> new Answer.Call(
                                call.id(), call.name(), call.arguments().toString()))
                        .toList(),
                List.copyOf(parts.logprobs),
                parts.finish);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new BrokenAnswerException(otherwise);
        }
    }
}
