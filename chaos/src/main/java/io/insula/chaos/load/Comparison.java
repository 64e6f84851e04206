package io.insula.chaos.load;

import io.insula.inference.decode.CallIds;
import io.insula.protocol.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares an answer with the same question's undisturbed one: everything that a client is told but ids and times. */
public final class Comparison {

    private static final int SHOWN = 60;

    private final List<String> differences = new ArrayList<>();

    private Comparison() {}

    /**
     * What is different; empty when nothing is.
     *
     * @param unknown whether nothing of its prompt can have been known either time
     */
    public static List<String> of(Answer reference, Answer found, boolean unknown) {
        Comparison comparison = new Comparison();
        comparison.same("system_fingerprint", reference.fingerprint(), found.fingerprint());
        comparison.same("prompt_logprobs", reference.promptLogprobs(), found.promptLogprobs());
        comparison.same("usage", reference.computedUsage(), found.computedUsage());
        if (unknown) {
            comparison.same("cached_tokens", reference.cachedTokens(), found.cachedTokens());
        }
        comparison.same("choices", reference.choices().size(), found.choices().size());
        int choices = Math.min(reference.choices().size(), found.choices().size());
        for (int i = 0; i < choices; i++) {
            comparison.choice(
                    "choice " + i + ": ",
                    reference.choices().get(i),
                    found.choices().get(i));
        }
        comparison.callIds(found);
        return List.copyOf(comparison.differences);
    }

    private void choice(String where, Answer.Choice reference, Answer.Choice found) {
        same(where + "text", reference.content(), found.content());
        same(where + "reasoning", reference.reasoning(), found.reasoning());
        same(where + "finish_reason", reference.finish(), found.finish());
        same(
                where + "logprobs",
                reference.logprobs().toString(),
                found.logprobs().toString());
        same(where + "calls", named(reference.calls()), named(found.calls()));
    }

    private static String named(List<Answer.Call> calls) {
        return calls.stream()
                .map(call -> call.name() + call.arguments())
                .toList()
                .toString();
    }

    /** Ids of calls follow from the request's own id, whichever engine made them. */
    private void callIds(Answer answer) {
        for (int choice = 0; choice < answer.choices().size(); choice++) {
            CallIds ids = new CallIds(new RequestId(answer.request()), choice);
            List<Answer.Call> calls = answer.choices().get(choice).calls();
            for (int call = 0; call < calls.size(); call++) {
                same(
                        "choice " + choice + ": id of call " + call,
                        ids.of(call),
                        calls.get(call).id());
            }
        }
    }

    private void same(String what, @Nullable Object reference, @Nullable Object found) {
        if (!Objects.equals(reference, found)) {
            differences.add(what + " differs: " + excerpts(String.valueOf(reference), String.valueOf(found)));
        }
    }

    /** Both sides from a little before the first difference on. */
    private static String excerpts(String reference, String found) {
        int at = 0;
        while (at < Math.min(reference.length(), found.length()) && reference.charAt(at) == found.charAt(at)) {
            at++;
        }
        int from = Math.max(0, at - 10);
        return "at character " + at + " of " + reference.length() + " and " + found.length() + ": '"
                + excerpt(reference, from) + "' became '" + excerpt(found, from) + "'";
    }

    private static String excerpt(String text, int from) {
        return text.substring(from, Math.min(text.length(), from + SHOWN));
    }
}
