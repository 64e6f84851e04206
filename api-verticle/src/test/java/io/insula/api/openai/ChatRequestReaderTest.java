package io.insula.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.insula.api.assistant.AnswerForm;
import io.insula.api.assistant.ChatRequest;
import io.insula.api.assistant.SamplingWish;
import io.insula.api.error.ApiError;
import io.insula.api.error.RequestFailure;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.LogitBias;
import io.insula.protocol.Penalties;
import io.insula.protocol.StopConditions;
import io.insula.protocol.TokenIds;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatRequestReaderTest {

    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    private final ChatRequestReader reader = new ChatRequestReader(RequestLimits.DEFAULT);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "temperature":3.5                                   | temperature            | 3.5 (expected: 0..2)
        "temperature":2.0000000000000000000001              | temperature            | (expected: 0..2)
        "temperature":-1e999999                             | temperature            | (expected: 0..2)
        "temperature":"1"                                   | temperature            | "1" (expected: 0..2)
        "top_p":1.1                                         | top_p                  | 1.1 (expected: 0..1)
        "max_tokens":0                                      | max_tokens             | 0 (expected: an integer, 1..2147483647)
        "max_tokens":1.5                                    | max_tokens             | 1.5 (expected: an integer
        "max_completion_tokens":-1                          | max_completion_tokens  | -1 (expected: an integer
        "max_tokens":99999999999999999999                   | max_tokens             | (expected: an integer
        "seed":9223372036854775808                          | seed                   | (expected: an integer
        "seed":true                                         | seed                   | true (expected: an integer
        "stream":"yes"                                      | stream                 | "yes" (expected: true or false)
        "stream_options":{"include_usage":true}             | stream_options         | only with stream: true
        "stream":true,"stream_options":{"include_usage":1}  | stream_options.include_usage | 1 (expected: true or false)
        "stop":["a","b","c","d","e"]                        | stop                   | 5 strings
        "stop":""                                           | stop                   | 1..256 characters
        "stop":["a",7]                                      | stop[1]                | 7 (expected: a string
        "stop":{}                                           | stop                   | an object (expected: a string or an array
        "n":17                                              | n                      | 17 (expected: an integer, 1..16)
        "n":0                                               | n                      | 0 (expected: an integer, 1..16)
        "n":2,"max_tokens":40000                            | n                      | 2 times max_tokens 40000 (expected: at most 65536
        "best_of":16,"max_tokens":5000                      | best_of                | 16 times max_tokens 5000
        "n":3,"best_of":2                                   | best_of                | 2 (expected: an integer, 3..16)
        "stream":true,"best_of":2                           | best_of                | 2 (expected: 1, as n, with stream: true
        "logprobs":1                                        | logprobs               | 1 (expected: true or false)
        "top_logprobs":3                                    | top_logprobs           | 3 (expected: only with logprobs: true)
        "logprobs":true,"top_logprobs":21                   | top_logprobs           | 21 (expected: an integer, 0..20)
        "prompt_logprobs":21                                | prompt_logprobs        | 21 (expected: an integer, 0..20)
        "stream":true,"prompt_logprobs":0                   | prompt_logprobs        | 0 (expected: absent with stream: true)
        "logit_bias":[1]                                    | logit_bias             | an array (expected: an object of token ids
        "logit_bias":{"1":101}                              | logit_bias.1           | 101 (expected: -100..100)
        "logit_bias":{"1":"1"}                              | logit_bias.1           | "1" (expected: -100..100)
        "logit_bias":{"a":1}                                | logit_bias             | "a" (expected: token ids, 0..2147483647)
        "logit_bias":{"-1":1}                               | logit_bias             | "-1" (expected: token ids
        "logit_bias":{"2147483648":1}                       | logit_bias             | "2147483648" (expected: token ids
        "logit_bias":{"1":1,"01":2}                         | logit_bias             | token 1 twice (expected: once)
        "frequency_penalty":2.5                             | frequency_penalty      | 2.5 (expected: -2..2)
        "presence_penalty":-3                               | presence_penalty       | -3 (expected: -2..2)
        "repetition_penalty":0                              | repetition_penalty     | 0 (expected: more than 0, at most 10)
        "repetition_penalty":11                             | repetition_penalty     | 11 (expected: more than 0, at most 10)
        "top_k":-2                                          | top_k                  | -2 (expected: an integer, -1..2147483647)
        "min_p":1.5                                         | min_p                  | 1.5 (expected: 0..1)
        "typical_p":0                                       | typical_p              | 0 (expected: more than 0, at most 1)
        "min_tokens":-1                                     | min_tokens             | -1 (expected: an integer, 0..
        "max_tokens":4,"min_tokens":5                       | min_tokens             | 5 (expected: an integer, 0..4)
        "stop_token_ids":7                                  | stop_token_ids         | 7 (expected: an array of at most 128 token ids)
        "stop_token_ids":[1,-2]                             | stop_token_ids[1]      | -2 (expected: an integer, 0..2147483647)
        "ignore_eos":"no"                                   | ignore_eos             | "no" (expected: true or false)
        "echo":0                                            | echo                   | 0 (expected: true or false)
        "modalities":["audio"]                              | modalities             | not supported yet
        """)
    void aBadFieldIsNamedWithWhatIsAllowed(String field, String param, String text) {
        ApiError.InvalidRequest error = refused("{\"model\":\"m\"," + MESSAGES + "," + field + "}");

        assertThat(error.param()).isEqualTo(param);
        assertThat(error.message()).startsWith(param + ": ").contains(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        []                                                        | messages
        {}                                                        | messages
        ["x"]                                                     | messages[0]
        [{"role":"critic","content":"x"}]                         | messages[0].role
        [{"role":7,"content":"x"}]                                | messages[0].role
        [{"role":"user","content":7}]                             | messages[0].content
        [{"role":"user","content":null}]                          | messages[0].content
        [{"role":"user","content":[]}]                            | messages[0].content
        [{"role":"user","content":[{"type":"image_url"}]}]        | messages[0].content[0].type
        [{"role":"user","content":[{"type":"text","text":1}]}]    | messages[0].content[0].text
        [{"role":"user","content":["x"]}]                         | messages[0].content[0]
        [{"role":"user","content":"","tool_calls":[{}]}]          | messages[0].tool_calls
        [{"role":"user","content":"","reasoning_content":"x"}]    | messages[0].reasoning_content
        [{"role":"assistant","content":""},{"role":"system","content":"","tool_call_id":"c"}] | messages[1].tool_call_id
        [{"role":"user","content":"x","name":7}]                  | messages[0].name
        [{"role":"assistant","content":"x","audio":{"id":"a"}}]   | messages[0].audio
        [{"role":"user","content":"a\\ud800"}]                    | messages[0].content
        """)
    void aBadMessageIsNamedByItsPath(String messages, String param) {
        ApiError.InvalidRequest error = refused("{\"model\":\"m\",\"messages\":" + messages + "}");

        assertThat(error.param()).isEqualTo(param);
        assertThat(error.message()).startsWith(param + ": ").contains("(expected: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"messages\":[]}",
                "{\"model\":null," + MESSAGES + "}",
                "{\"model\":\"m\"}",
                "{\"model\":\"m\",\"messages\":[{\"content\":\"x\"}]}",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}"
            })
    void aMissingFieldIsNamed(String body) {
        RequestFailure failure = catchThrowableOfType(RequestFailure.class, () -> read(body));

        assertThat(failure.error()).isInstanceOf(ApiError.MissingField.class);
    }

    @Test
    void neutralValuesAndUnknownFieldsAreAccepted() {
        ChatRequest request = read("{\"model\":\"m\"," + MESSAGES + """
                        ,"tools":[],"functions":[],"tool_choice":"none","logprobs":false,"top_logprobs":0,"logit_bias":{},
                        "frequency_penalty":0.0,"presence_penalty":0,"n":1,"stop":[],"top_k":-1,"min_p":0,"typical_p":1,
                        "repetition_penalty":1,"stop_token_ids":[],"ignore_eos":false,"min_tokens":0,"best_of":1,"echo":false,"response_format":{"type":"text"},
                        "user":"u","metadata":{"a":"b"},"store":false,"service_tier":"auto","seed":null,"temperature":null,
                        "parallel_tool_calls":true,"modalities":["text"],"audio":null,"something_new":{"x":[1]}}""");

        assertThat(request.stop()).isEqualTo(StopConditions.NONE);
        assertThat(request.sampling())
                .isEqualTo(new SamplingWish(null, null, 0, 0, 1, Penalties.NONE, LogitBias.NONE, null));
        assertThat(request.form()).isEqualTo(new AnswerForm(false, false, 1, 1, -1, -1, false));
        assertThat(request.messages()).containsExactly(new ChatMessage("user", "Hi"));
    }

    @Test
    void theNewerTokenLimitWins() {
        assertThat(read("{\"model\":\"m\",\"max_tokens\":5,\"max_completion_tokens\":7," + MESSAGES + "}")
                        .stop()
                        .maxTokens())
                .isEqualTo(7);
        assertThat(read("{\"model\":\"m\",\"max_tokens\":5,\"max_completion_tokens\":null," + MESSAGES + "}")
                        .stop()
                        .maxTokens())
                .isEqualTo(5);
    }

    @Test
    void extremeSeedsAndBoundsAreKept() {
        ChatRequest request = read("{\"model\":\"m\",\"seed\":-9223372036854775808,\"temperature\":2,\"top_p\":0,"
                + "\"stop\":\"###\"," + MESSAGES + "}");

        assertThat(request.sampling().seed()).isEqualTo(Long.MIN_VALUE);
        assertThat(request.sampling().temperature()).isEqualTo(2);
        assertThat(request.sampling().topP()).isEqualTo(0);
        assertThat(request.stop().strings()).containsExactly("###");
    }

    @Test
    void theExtrasAreReadUnderVllmsNames() {
        ChatRequest request = read("{\"model\":\"m\"," + MESSAGES + """
                        ,"top_k":40,"min_p":0.05,"typical_p":0.9,"repetition_penalty":1.1,"frequency_penalty":-2,
                        "presence_penalty":2.0,"logit_bias":{"50":-100,"7":1.5},"stop_token_ids":[3,2],"ignore_eos":true,
                        "min_tokens":4,"max_tokens":9,"n":2,"best_of":3,"logprobs":true,"top_logprobs":20,
                        "prompt_logprobs":0,"echo":true}""");

        assertThat(request.sampling())
                .isEqualTo(new SamplingWish(
                        null,
                        null,
                        40,
                        0.05,
                        0.9,
                        new Penalties(1.1, -2, 2),
                        LogitBias.of(Map.of(7, 1.5, 50, -100.0)),
                        null));
        assertThat(request.stop()).isEqualTo(new StopConditions(9, 4, List.of(), TokenIds.of(3, 2), true));
        assertThat(request.form()).isEqualTo(new AnswerForm(false, false, 2, 3, 20, 0, true));
    }

    @Test
    void manyBiasesAndStopTokensAreCounted() {
        String biases = IntStream.rangeClosed(0, RequestLimits.DEFAULT.maxLogitBias())
                .mapToObj(i -> "\"" + i + "\":1")
                .collect(Collectors.joining(",", "{", "}"));
        assertThat(refused("{\"model\":\"m\"," + MESSAGES + ",\"logit_bias\":" + biases + "}")
                        .message())
                .isEqualTo("logit_bias: 1025 tokens (expected: at most 1024)");
        String ids = IntStream.rangeClosed(0, RequestLimits.DEFAULT.maxStopTokens())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(",", "[", "]"));
        assertThat(refused("{\"model\":\"m\"," + MESSAGES + ",\"stop_token_ids\":" + ids + "}")
                        .message())
                .isEqualTo("stop_token_ids: 129 ids (expected: an array of at most 128 token ids)");
    }

    @Test
    void tooManyMessagesAreCounted() {
        String many = IntStream.rangeClosed(0, RequestLimits.DEFAULT.maxMessages())
                .mapToObj(i -> "{\"role\":\"user\",\"content\":\"x\"}")
                .collect(Collectors.joining(",", "[", "]"));

        assertThat(refused("{\"model\":\"m\",\"messages\":" + many + "}").message())
                .contains("2049 messages (expected: an array of 1..2048 messages)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"m\",\"model\":\"m\"}",
                "{\"model\":\"m\"} {}",
                "{\"model\":",
                "[]",
                "7",
                "{'model':1}",
                "{\"a\":NaN}",
                "\u0000"
            })
    void whatIsNotOneStrictJsonObjectIsMalformed(String body) {
        RequestFailure failure = catchThrowableOfType(RequestFailure.class, () -> read(body));

        assertThat(failure.error()).isInstanceOf(ApiError.MalformedBody.class);
    }

    @Test
    void depthAndNumbersAreBounded() {
        for (String body : new String[] {
            "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}", "{\"a\":" + "9".repeat(1000) + "}"
        }) {
            RequestFailure failure = catchThrowableOfType(RequestFailure.class, () -> read(body));
            assertThat(failure.error()).isInstanceOf(ApiError.MalformedBody.class);
        }
    }

    @Test
    void bytesThatAreNotUtf8AreMalformed() {
        Buffer body = Buffer.buffer("{\"model\":\"").appendByte((byte) 0xFF).appendString("\"}");

        RequestFailure failure = catchThrowableOfType(RequestFailure.class, () -> BodyParser.parse(body));

        assertThat(failure.error()).isInstanceOf(ApiError.MalformedBody.class);
    }

    private ChatRequest read(String body) {
        return reader.read(BodyParser.parse(Buffer.buffer(body)));
    }

    private ApiError.InvalidRequest refused(String body) {
        RequestFailure failure = catchThrowableOfType(RequestFailure.class, () -> read(body));
        assertThat(failure).as(body).isNotNull();
        assertThat(failure.error()).isInstanceOf(ApiError.InvalidRequest.class);
        return (ApiError.InvalidRequest) failure.error();
    }
}
