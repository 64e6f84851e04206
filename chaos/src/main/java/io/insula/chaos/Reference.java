package io.insula.chaos;

import io.insula.chaos.house.LedgerRow;
import io.insula.chaos.load.Answer;
import io.insula.chaos.load.Question;
import io.insula.chaos.load.Reply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * What every question is answered when nothing is disturbed, and how long that took.
 *
 * @param questions what was asked
 * @param replies the reply to each, in the questions' order
 * @param rows what the ledger said of each, in the questions' order
 */
record Reference(List<Question> questions, List<Reply> replies, List<LedgerRow> rows) {

    /** How long until a reply had so many events. */
    static long nanosUntil(Reply reply, int events) {
        int last = Math.min(events, reply.arrivals().size()) - 1;
        return (last < 0 ? reply.endedNanos() : reply.arrivals().get(last)) - reply.sentNanos();
    }

    /** Puts it together; every question must have been answered, and stand in the ledger. */
    static Reference of(List<Question> questions, List<Reply> replies, List<LedgerRow> ledger) {
        Map<Integer, Reply> byQuestion = new HashMap<>();
        for (Reply reply : replies) {
            if (reply.answer() == null) {
                throw new ChaosException("The undisturbed run failed: " + reply.question() + " at "
                        + reply.door().name() + ": " + reply.failure());
            }
            byQuestion.put(reply.question().index(), reply);
        }
        Map<UUID, LedgerRow> byRequest = new HashMap<>();
        ledger.forEach(row -> byRequest.put(row.request(), row));
        List<Reply> ordered = questions.stream()
                .map(question -> Objects.requireNonNull(byQuestion.get(question.index()), "asked each once"))
                .toList();
        List<LedgerRow> rows = ordered.stream()
                .map(reply -> {
                    LedgerRow row = byRequest.get(reply.request());
                    if (row == null) {
                        throw new ChaosException("The undisturbed run left no ledger row of " + reply.question());
                    }
                    return row;
                })
                .toList();
        return new Reference(questions, ordered, rows);
    }

    Answer answer(Question question) {
        return Objects.requireNonNull(replies.get(question.index()).answer());
    }

    LedgerRow row(Question question) {
        return rows.get(question.index());
    }
}
