package io.insula.chaos.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AnswerAssemblyTest {

    private static final String HEAD =
            "{'id':'chatcmpl-0123456789abcdef0123456789abcdef','system_fingerprint':'fp_1','choices':";

    private final AnswerAssembly assembly = new AnswerAssembly();

    private static JsonObject json(String text) {
        return new JsonObject(text.replace('\'', '"'));
    }

    private boolean chunk(String choices, String more) {
        return assembly.chunk(json(HEAD + choices + more + "}"));
    }

    @Test
    void chunksAndAWholeCompletionBecomeTheSameAnswer() {
        assertThat(chunk(
                        "[{'index':0,'delta':{'role':'assistant','content':''},'finish_reason':null}]",
                        ",'usage':null"))
                .isTrue();
        chunk("[{'index':1,'delta':{'content':'b'},'finish_reason':null}]", "");
        chunk(
                "[{'index':0,'delta':{'content':'a'},'logprobs':{'content':[{'token':'a','logprob':-1}]},'finish_reason':null}]",
                "");
        chunk(
                "[{'index':1,'delta':{'tool_calls':[{'index':0,'id':'call_1','function':{'name':'f','arguments':''}}]},'finish_reason':null}]",
                "");
        chunk(
                "[{'index':1,'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{}'}}]},'finish_reason':null}]",
                "");
        chunk("[{'index':0,'delta':{},'finish_reason':'stop'}]", "");
        chunk("[{'index':1,'delta':{},'finish_reason':'tool_calls'}]", "");
        assertThat(chunk("[]", ",'usage':{'prompt_tokens':3,'completion_tokens':2}"))
                .isFalse();

        AnswerAssembly whole = new AnswerAssembly();
        whole.completion(json(HEAD
                + "[{'index':0,'message':{'content':'a'},'logprobs':{'content':[{'token':'a','logprob':-1}]},'finish_reason':'stop'},"
                + "{'index':1,'message':{'content':'b','tool_calls':[{'id':'call_1','function':{'name':'f','arguments':'{}'}}]},'finish_reason':'tool_calls'}],"
                + "'usage':{'prompt_tokens':3,'completion_tokens':2}}"));

        assertThat(assembly.answer()).isEqualTo(whole.answer());
        assertThat(assembly.answer().choices().getFirst())
                .isEqualTo(new Answer.Choice("a", "", List.of(), List.of("{\"token\":\"a\",\"logprob\":-1}"), "stop"));
        assertThat(Objects.requireNonNull(assembly.request())).hasToString("01234567-89ab-cdef-0123-456789abcdef");
    }

    @Test
    void whatNoAnswerMaySayIsRefused() {
        chunk("[{'index':0,'delta':{},'finish_reason':'stop'}]", "");
        assertThatThrownBy(() -> chunk("[{'index':0,'delta':{'content':'more'},'finish_reason':null}]", ""))
                .hasMessage("a choice goes on behind its end");
        assertThatThrownBy(assembly::answer).hasMessage("the answer has no id or no usage");
        chunk("[]", ",'usage':{}");
        assertThatThrownBy(() -> chunk("[]", ",'usage':{}")).hasMessage("usage is told twice");
        assertThatThrownBy(
                        () -> assembly.chunk(json("{'id':'chatcmpl-ffffffffffffffffffffffffffffffff','choices':[]}")))
                .hasMessage("the answer's id changes");
    }

    @Test
    void aCallBeginsOnce() {
        String call =
                "[{'index':0,'delta':{'tool_calls':[{'index':0,'id':'call_1','function':{'name':'f','arguments':''}}]}}]";
        chunk(call, "");
        assertThatThrownBy(() -> chunk(call, "")).hasMessage("a call begins twice, or out of order");
    }
}
