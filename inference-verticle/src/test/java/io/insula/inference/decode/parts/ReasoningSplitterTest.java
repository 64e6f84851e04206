package io.insula.inference.decode.parts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReasoningSplitterTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            POSSIBLE | <think>\\nso\\n</think>\\n\\nhi      | so              | hi
            POSSIBLE | \\n <think> a b </think>c            | a b             | c
            POSSIBLE | <think>\\n\\n</think>\\n\\nhi        | ''              | hi
            POSSIBLE | <think></think>                      | ''              | ''
            POSSIBLE | <think>never closed \\n              | never closed    | ''
            POSSIBLE | <think>almost \\n</thin              | almost \\n</thin | ''
            POSSIBLE | <think>a</thi</think>b               | a</thi          | b
            POSSIBLE | <think>a<</think>b                   | a<              | b
            POSSIBLE | <think>a<think>b</think>c            | a<think>b       | c
            POSSIBLE | <thinker>                            | ''              | <thinker>
            POSSIBLE | <think                               | ''              | <think
            POSSIBLE | ' \\n'                               | ''              | ' \\n'
            POSSIBLE | ' hi <think>a</think> '              | ''              | ' hi <think>a</think> '
            POSSIBLE | <think>a</think>b<think>c</think>    | a               | b<think>c</think>
            OPEN     | \\nso it is\\n</think>\\n\\n1 < 2    | so it is        | 1 < 2
            OPEN     | </think>x                            | ''              | x
            OPEN     | all of it                            | all of it       | ''
            CLOSED   | hi                                   | ''              | hi
            CLOSED   | <think>again</think>hi               | again           | hi
            NEVER    | <think>a</think>b                    | ''              | <think>a</think>b
            NEVER    | ' a '                                | ''              | ' a '
            """)
    void takesTheReasoningOffTheBeginning(ReasoningStart start, String text, String reasoning, String content) {
        ReadAnswer answer = ReadAnswer.of(null, start, List.of(unescaped(text)));
        assertThat(answer.reasoning()).isEqualTo(unescaped(reasoning));
        assertThat(answer.content()).isEqualTo(unescaped(content));
    }

    @Test
    void toldThatTheAnswerBeginsItFindsNoReasoningAnyMore() {
        ReadAnswer answer = new ReadAnswer();
        AnswerParts parts = new AnswerParts(ReasoningTags.THINK, ReasoningStart.POSSIBLE, null, answer);
        parts.accept("<think>a</think>\n");
        parts.answerBegins();
        parts.accept("\n<think>b");
        assertThat(answer.reasoning()).isEqualTo("a");
        assertThat(answer.content()).isEqualTo("\n<think>b");
    }

    @Test
    void tellsHowMuchOfTheClosingTagStandsThere() {
        AnswerParts parts = new AnswerParts(ReasoningTags.THINK, ReasoningStart.OPEN, null, new ReadAnswer());
        parts.accept("a </th");
        assertThat(parts.closing()).isEqualTo(4);
        parts.accept("e");
        assertThat(parts.closing()).isZero();
        assertThat(parts.reasons()).isTrue();
        parts.accept("</think>");
        assertThat(parts.reasons()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '!', textBlock = """
            <|im_start|>assistant\\n ! POSSIBLE
            <|im_start|>assistant\\n<think>\\n ! OPEN
            <|im_start|>assistant\\n<think>\\n\\n</think>\\n\\n ! CLOSED
            ''                                             ! POSSIBLE
            """)
    void thePromptsEndSaysWhereTheReasoningStands(String promptEnd, ReasoningStart start) {
        assertThat(ReasoningStart.after(unescaped(promptEnd), ReasoningTags.THINK))
                .isEqualTo(start);
    }

    @Test
    void aTemplateThatKnowsTheTagsReasons() {
        assertThat(ReasoningTags.of("{% if '</think>' in content %}")).contains(ReasoningTags.THINK);
        assertThat(ReasoningTags.of("{{ '[THINK]' }}")).contains(ReasoningTags.BRACKETS);
        assertThat(ReasoningTags.of("{{ messages }}")).isEmpty();
    }

    private static String unescaped(String text) {
        return text.replace("\\n", "\n");
    }
}
