package io.insula.chaos.load;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Draws questions: plain ones, several choices, log-probabilities, penalties, stop strings, tools, schemas, patterns; half
 * with the assistant's system prompt, two in three streamed.
 */
public final class Questions {

    private static final List<String> WORDS = List.of(
            "water river stone field garden street market night morning evening winter summer paper letter music colour"
                    .split(" "));
    private static final int KINDS = 8;
    private static final int PROMPT_WORDS = 12;
    /** Enough for most forms to be complete. */
    private static final int FORM_TOKENS = 120;

    private final Random random;
    private final int fewestTokens;
    private final int mostTokens;

    private Questions(long seed, int fewestTokens, int mostTokens) {
        this.random = new Random(seed);
        this.fewestTokens = fewestTokens;
        this.mostTokens = mostTokens;
    }

    /**
     * The questions of a seed, in random order.
     *
     * @param fewestTokens of a free answer
     * @param mostTokens of a free answer
     */
    public static List<Question> draw(long seed, int count, int fewestTokens, int mostTokens) {
        Questions questions = new Questions(seed, fewestTokens, mostTokens);
        List<Integer> order = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(order, questions.random);
        return IntStream.range(0, count)
                .mapToObj(index -> questions.question(index, order.get(index)))
                .toList();
    }

    private Question question(int index, int number) {
        boolean streamed = number / KINDS % 3 != 0;
        boolean viaConfig = (number + number / KINDS) % 2 == 0;
        JsonObject body = new JsonObject()
                .put("seed", random.nextLong() & Long.MAX_VALUE >> 12)
                .put("max_tokens", fewestTokens + random.nextInt(mostTokens - fewestTokens + 1))
                .put("temperature", 1)
                .put("messages", messages(index, viaConfig));
        if (streamed) {
            body.put("stream", true).put("stream_options", new JsonObject().put("include_usage", true));
        }
        return new Question(index, shape(body, number % KINDS, streamed), body, streamed, viaConfig);
    }

    /** Begins with words of its own: what one prompt computed serves no other one but its twin. */
    private JsonArray messages(int index, boolean viaConfig) {
        String own = IntStream.range(0, PROMPT_WORDS)
                .mapToObj(i -> WORDS.get(random.nextInt(WORDS.size())))
                .collect(Collectors.joining(" ", index + " ", "."));
        JsonArray messages = new JsonArray();
        if (!viaConfig) {
            messages.add(message("system", own));
        }
        String asked = "Tell me of the " + WORDS.get(random.nextInt(WORDS.size())) + ".";
        return messages.add(message("user", viaConfig ? own + " " + asked : asked));
    }

    private static JsonObject message(String role, String content) {
        return new JsonObject().put("role", role).put("content", content);
    }

    /** Gives a body its kind and returns the kind's name. */
    private static String shape(JsonObject body, int kind, boolean streamed) {
        return switch (kind) {
            case 0 -> "plain";
            case 1 -> {
                body.put("logprobs", true).put("top_logprobs", 3);
                body.put("presence_penalty", 0.7).put("frequency_penalty", 0.4);
                yield "logprobs, penalties";
            }
            case 2 -> {
                body.put("tools", tools()).put("tool_choice", "required").put("max_tokens", FORM_TOKENS);
                yield "tools required";
            }
            case 3 -> {
                body.put("response_format", form()).put("max_tokens", FORM_TOKENS);
                yield "schema";
            }
            case 4 -> {
                body.put("n", 3).put("temperature", 0.8);
                yield "n of 3";
            }
            case 5 -> {
                body.put("temperature", 0).put("repetition_penalty", 1.3).put("ignore_eos", true);
                yield "greedy, repetition penalty";
            }
            case 6 -> {
                body.put("structured_outputs", new JsonObject().put("regex", "[a-z]{10,30}(-[0-9]{4,8}){2,4}"));
                body.put("max_tokens", FORM_TOKENS).put("logprobs", true);
                yield "pattern, logprobs";
            }
            default -> {
                body.put("stop", new JsonArray().add("the").add("?!").add("e a"))
                        .put("top_p", 0.95);
                if (!streamed) {
                    body.put("prompt_logprobs", 2);
                }
                yield streamed ? "stop strings" : "stop strings, prompt logprobs";
            }
        };
    }

    private static JsonArray tools() {
        return new JsonArray()
                .add(tool("weather", new JsonObject().put("city", text(5, 15)).put("days", integer(1, 14))))
                .add(tool("letter", new JsonObject().put("to", text(3, 8)).put("body", text(10, 30))));
    }

    private static JsonObject tool(String name, JsonObject properties) {
        return new JsonObject()
                .put("type", "function")
                .put(
                        "function",
                        new JsonObject().put("name", name).put("strict", true).put("parameters", object(properties)));
    }

    private static JsonObject form() {
        JsonObject item = object(new JsonObject().put("name", text(3, 8)).put("count", integer(0, 9999)));
        JsonObject items = new JsonObject()
                .put("type", "array")
                .put("minItems", 2)
                .put("maxItems", 3)
                .put("items", item);
        JsonObject schema = object(new JsonObject().put("title", text(5, 15)).put("items", items));
        return new JsonObject()
                .put("type", "json_schema")
                .put(
                        "json_schema",
                        new JsonObject().put("name", "list").put("strict", true).put("schema", schema));
    }

    private static JsonObject object(JsonObject properties) {
        return new JsonObject()
                .put("type", "object")
                .put("properties", properties)
                .put("required", new JsonArray(new ArrayList<>(properties.fieldNames())))
                .put("additionalProperties", false);
    }

    private static JsonObject text(int least, int most) {
        return new JsonObject().put("type", "string").put("minLength", least).put("maxLength", most);
    }

    private static JsonObject integer(int least, int most) {
        return new JsonObject().put("type", "integer").put("minimum", least).put("maximum", most);
    }
}
