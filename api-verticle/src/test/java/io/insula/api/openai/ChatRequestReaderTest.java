package io.insula.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.insula.api.assistant.ChatRequest;
import io.insula.api.error.ApiError;
import io.insula.api.error.RequestFailure;
import io.insula.protocol.ChatMessage;
import io.vertx.core.buffer.Buffer;
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
        "n":2                                               | n                      | 2 (expected: 1;
        "n":0                                               | n                      | 0 (expected: 1;
        "tools":[{"type":"function"}]                       | tools                  | not supported yet
        "functions":[{}]                                    | functions              | not supported yet
        "tool_choice":"required"                            | tool_choice            | not supported yet
        "response_format":{"type":"json_object"}            | response_format        | "json_object"
        "response_format":{"type":"json_schema"}            | response_format        | not supported yet
        "response_format":{}                                | response_format        | not supported yet
        "logprobs":true                                     | logprobs               | not supported yet
        "top_logprobs":3                                    | top_logprobs           | not supported yet
        "logit_bias":{"1":1}                                | logit_bias             | not supported yet
        "frequency_penalty":0.5                             | frequency_penalty      | 0.5 (expected: 0; not supported yet)
        "presence_penalty":-1                               | presence_penalty       | -1 (expected: 0; not supported yet)
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
        [{"role":"tool","content":"x"}]                           | messages[0].role
        [{"role":7,"content":"x"}]                                | messages[0].role
        [{"role":"user","content":7}]                             | messages[0].content
        [{"role":"user","content":null}]                          | messages[0].content
        [{"role":"user","content":[]}]                            | messages[0].content
        [{"role":"user","content":[{"type":"image_url"}]}]        | messages[0].content[0].type
        [{"role":"user","content":[{"type":"text","text":1}]}]    | messages[0].content[0].text
        [{"role":"user","content":["x"]}]                         | messages[0].content[0]
        [{"role":"assistant","content":"","tool_calls":[{}]}]     | messages[0].tool_calls
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
                        "frequency_penalty":0.0,"presence_penalty":0,"n":1,"stop":[],"response_format":{"type":"text"},
                        "user":"u","metadata":{"a":"b"},"store":false,"service_tier":"auto","seed":null,"temperature":null,
                        "parallel_tool_calls":true,"modalities":["text"],"audio":null,"something_new":{"x":[1]}}""");

        assertThat(request.stop()).isEmpty();
        assertThat(request.temperature()).isNull();
        assertThat(request.seed()).isNull();
        assertThat(request.messages()).containsExactly(new ChatMessage("user", "Hi"));
    }

    @Test
    void theNewerTokenLimitWins() {
        assertThat(read("{\"model\":\"m\",\"max_tokens\":5,\"max_completion_tokens\":7," + MESSAGES + "}")
                        .maxTokens())
                .isEqualTo(7);
        assertThat(read("{\"model\":\"m\",\"max_tokens\":5,\"max_completion_tokens\":null," + MESSAGES + "}")
                        .maxTokens())
                .isEqualTo(5);
    }

    @Test
    void extremeSeedsAndBoundsAreKept() {
        ChatRequest request = read("{\"model\":\"m\",\"seed\":-9223372036854775808,\"temperature\":2,\"top_p\":0,"
                + "\"stop\":\"###\"," + MESSAGES + "}");

        assertThat(request.seed()).isEqualTo(Long.MIN_VALUE);
        assertThat(request.temperature()).isEqualTo(2);
        assertThat(request.topP()).isEqualTo(0);
        assertThat(request.stop()).containsExactly("###");
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
