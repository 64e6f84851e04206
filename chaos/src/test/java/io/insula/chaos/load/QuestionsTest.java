package io.insula.chaos.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class QuestionsTest {

    @Test
    void aSeedMeansTheSameQuestionsAndAnotherOthers() {
        assertThat(Questions.draw(7, 40, 10, 20)).isEqualTo(Questions.draw(7, 40, 10, 20));
        assertThat(Questions.draw(8, 40, 10, 20)).isNotEqualTo(Questions.draw(7, 40, 10, 20));
    }

    @Test
    void everyKindIsAskedForStreamedAndWholeWithAndWithoutTheAssistantsPrompt() {
        List<Question> questions = Questions.draw(1, 96, 10, 20);

        assertThat(questions.stream()
                        .map(question -> question.kind().replace(", prompt logprobs", ""))
                        .collect(Collectors.groupingBy(kind -> kind, Collectors.counting()))
                        .values())
                .hasSize(8)
                .containsOnly(12L);
        assertThat(questions.stream()
                        .map(question -> question.kind().replace(", prompt logprobs", "")
                                + question.streamed()
                                + question.viaConfig())
                        .distinct())
                .hasSize(32);
    }

    @Test
    void noTwoQuestionsBeginAlike() {
        List<String> prompts = Questions.draw(1, 96, 10, 20).stream()
                .map(question -> question.body()
                        .getJsonArray("messages")
                        .getJsonObject(0)
                        .getString("content"))
                .map(text -> text.substring(0, 30))
                .toList();

        assertThat(prompts).doesNotHaveDuplicates();
    }
}
