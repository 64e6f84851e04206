package io.insula.api.http;

import io.insula.api.assistant.AnswerForm;
import io.insula.api.dispatch.StreamListener;
import io.insula.api.dispatch.StreamSummary;
import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.api.json.JsonBytes;
import io.insula.api.openai.AnswerWriter;
import io.insula.api.openai.ChoiceText;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.TokenScores;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Collects an answer and writes it as one JSON body. */
final class WholeAnswer implements StreamListener {

    private final RoutingContext context;
    private final AnswerWriters writers;
    private final Consumer<ApiError> failure;
    private final FirstWord firstWord;
    private final Outflow outflow;
    private final AnswerForm form;
    private final List<ChoiceText> choices;
    private final List<TokenScores> promptScores = new ArrayList<>();

    /**
     * @param form what the client gets
     * @param writers makes the writer from the engines' fingerprints
     * @param failure answers an error
     * @param firstWord called when the answer begins
     */
    WholeAnswer(
            RoutingContext context,
            AnswerForm form,
            AnswerWriters writers,
            Consumer<ApiError> failure,
            Runnable firstWord,
            Outflow outflow) {
        this.context = context;
        this.form = form;
        this.choices =
                IntStream.range(0, form.candidates()).mapToObj(ChoiceText::new).toList();
        this.writers = writers;
        this.failure = failure;
        this.firstWord = new FirstWord(firstWord);
        this.outflow = outflow;
    }

    @Override
    public void admitted(String fingerprint) {
        writers.begin(fingerprint);
    }

    @Override
    public void approximated(String fingerprint) {
        writers.goOn(fingerprint);
    }

    @Override
    public void prompt(List<TokenScores> scores) {
        promptScores.addAll(scores);
    }

    @Override
    public void delta(StreamDelta delta) {
        firstWord.listen(delta);
        choices.get(delta.choice()).append(delta);
    }

    @Override
    public void flush() {
        // A whole answer has nothing to say between its parts.
    }

    @Override
    public void ended(StreamSummary summary) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        switch (summary.result()) {
            case Result.Completed _ -> {
                AnswerWriter writer = writers.current();
                if (writer != null) {
                    JsonBytes out = new JsonBytes(
                            640 + choices.stream().mapToInt(ChoiceText::weight).sum());
                    writer.completion(
                            out,
                            ChoiceText.best(choices, form.choices()),
                            form.scored(),
                            form.promptScored() ? promptScores : null,
                            summary.usage());
                    response.putHeader("Content-Type", "application/json");
                    outflow.end(out.toBuffer());
                }
            }
            case Result.Failed failed -> failure.accept(failed.error());
            // Not by the client, which is still there: the server stops.
            case Result.Cancelled cancelled -> failure.accept(new ApiError.EngineLost());
        }
    }
}
