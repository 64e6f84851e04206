package io.insula.chaos.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.decode.CallIds;
import io.insula.protocol.RequestId;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {

    private static final UUID REQUEST = new UUID(1, 2);
    private static final String CALL_ID = new CallIds(new RequestId(REQUEST), 0).of(0);

    private static Answer answer(String text, String arguments, String logprob, String finish, String usage) {
        return answer(REQUEST, text, arguments, logprob, finish, usage, CALL_ID);
    }

    private static Answer answer(
            UUID request, String text, String arguments, String logprob, String finish, String usage, String callId) {
        Answer.Choice choice =
                new Answer.Choice(text, "", List.of(new Answer.Call(callId, "f", arguments)), List.of(logprob), finish);
        return new Answer(request, "fp_1", List.of(choice), null, new JsonObject(usage.replace('\'', '"')));
    }

    private static final Answer REFERENCE =
            answer("text", "{}", "-1", "stop", "{'completion_tokens':1,'prompt_tokens_details':{'cached_tokens':0}}");

    @Test
    void equalAnswersOfOtherRequestsAreEqual() {
        UUID other = new UUID(3, 4);
        Answer found = answer(
                other,
                "text",
                "{}",
                "-1",
                "stop",
                "{'completion_tokens':1,'prompt_tokens_details':{'cached_tokens':0}}",
                new CallIds(new RequestId(other), 0).of(0));

        assertThat(Comparison.of(REFERENCE, found, true)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "texxt, {}, -1, stop, 1, text",
                "tex, {}, -1, stop, 1, text",
                "text, {}}, -1, stop, 1, calls",
                "text, {}, -1.0000001, stop, 1, logprobs",
                "text, {}, -1, length, 1, finish_reason",
                "text, {}, -1, stop, 2, usage"
            })
    void everyDifferenceIsFound(String text, String arguments, String logprob, String finish, int tokens, String what) {
        Answer found = answer(
                text,
                arguments,
                logprob,
                finish,
                "{'completion_tokens':" + tokens + ",'prompt_tokens_details':{'cached_tokens':0}}");

        assertThat(Comparison.of(REFERENCE, found, true))
                .singleElement()
                .asString()
                .contains(what + " differs");
    }

    @Test
    void whatWasKnownOfAPromptCountsOnlyWhereNothingCanHaveBeen() {
        Answer found = answer(
                "text", "{}", "-1", "stop", "{'completion_tokens':1,'prompt_tokens_details':{'cached_tokens':32}}");

        assertThat(Comparison.of(REFERENCE, found, true)).hasSize(1);
        assertThat(Comparison.of(REFERENCE, found, false)).isEmpty();
    }

    @Test
    void anIdOfACallThatDoesNotFollowFromTheRequestIsFound() {
        Answer found = answer(
                REQUEST,
                "text",
                "{}",
                "-1",
                "stop",
                "{'completion_tokens':1,'prompt_tokens_details':{'cached_tokens':0}}",
                "call_other");

        assertThat(Comparison.of(REFERENCE, found, true))
                .singleElement()
                .asString()
                .contains("id of call 0");
    }
}
