package io.insula.inference.decode;

import io.insula.inference.engine.TopLogits;
import io.insula.protocol.Penalties;
import io.insula.protocol.SamplingParameters;
import java.util.Arrays;

/**
 * Draws a token from a row's largest logits alone when the whole row would certainly give the same one.
 *
 * <p>Nothing is approximate: where the other tokens, as high and as heavy as {@link OtherTokens} says that they may be, could change
 * the token, there is no answer. What can be certain:
 *
 * <ul>
 *   <li>the most probable token, if no other can be as high;
 *   <li>top-k, if the k heaviest are heavier than any other, and whatever stages follow it;
 *   <li>top-p, if the nucleus ends with the same token whatever the others weigh in all; min-p, if no other weighs as much;
 *   <li>a draw from all tokens, if it meets the same token wherever in the order of ids the others' weight lies.
 * </ul>
 *
 * <p>Typical-p without top-k never is: it depends on each token's share in the expected information.
 *
 * <p><b>Thread:</b> one at a time; reused from row to row.
 */
final class TopSampler {

    /** Only the whole row tells. */
    static final int UNCERTAIN = -1;

    /** More than sums of a vocabulary's weights in different orders differ, relatively. */
    private static final double SUM_ERROR = 1e-9;

    /** More than a limit and a weight lose when they become floats, relatively. */
    private static final double FLOAT_ERROR = 1e-6;

    private final TopRow row;
    private final float[] descending;

    TopSampler(int count, int vocabulary) {
        this.row = new TopRow(count, vocabulary);
        this.descending = new float[count];
    }

    int count() {
        return row.count();
    }

    /** The token that {@link Sampler#sample} gives, or {@link #UNCERTAIN}. */
    int sample(
            TopLogits top,
            int index,
            SamplingParameters parameters,
            ChoiceHistory history,
            NextTokens next,
            int choice) {
        if (!row.load(top, index)) {
            return UNCERTAIN;
        }
        Candidates candidates = row.candidates();
        if (LogitAdjustments.any(parameters, history, next)) {
            if (raise(parameters.penalties())) {
                return UNCERTAIN;
            }
            LogitAdjustments.apply(row, parameters, history, next);
            if (!candidates.settled()) {
                return UNCERTAIN;
            }
        }
        if (!(candidates.highest() > row.others().highest())) {
            return UNCERTAIN;
        }
        int place = Sampler.isGreedy(parameters)
                ? candidates.best()
                : draw(parameters, CounterRandom.uniform(parameters.seed(), choice, history.tokens()));
        return place < 0 ? UNCERTAIN : row.token(place);
    }

    /** Whether penalties may raise a logit: what is not told could come to any height. */
    private static boolean raise(Penalties penalties) {
        return penalties.repetition() < 1 || penalties.frequency() < 0 || penalties.presence() < 0;
    }

    private int draw(SamplingParameters parameters, double uniform) {
        Candidates candidates = row.candidates();
        candidates.weigh(parameters.temperature());
        double heaviest = row.others().heaviest(candidates.highest(), parameters.temperature());
        if (!Sampler.truncates(parameters)) {
            return drawFromAll(parameters, uniform);
        }
        for (int place = 0; place < descending.length; place++) {
            descending[place] = -candidates.weight(place);
        }
        Arrays.sort(descending);
        for (int place = 0; place < descending.length; place++) {
            descending[place] = -descending[place];
        }
        double total = certainTotal(parameters, heaviest);
        return total < 0 ? UNCERTAIN : candidates.drawTruncated(parameters, total, uniform);
    }

    /** A weight of all tokens with which the stages leave what they leave of the whole row; negative where that is uncertain. */
    private double certainTotal(SamplingParameters parameters, double heaviest) {
        if (parameters.topK() > 0) {
            // With what else is left, all comes from the k heaviest.
            boolean certain = parameters.topK() <= descending.length
                    && heaviest < Math.max(descending[parameters.topK() - 1], Float.MIN_NORMAL);
            return certain ? 0 : UNCERTAIN;
        }
        if (parameters.typicalP() < 1) {
            return UNCERTAIN;
        }
        double limit = parameters.minP() * (1 - FLOAT_ERROR);
        boolean limited = parameters.minP() > 0 && heaviest < limit;
        return parameters.topP() < 1 ? nucleusTotal(parameters, heaviest, limited) : limited ? 0 : UNCERTAIN;
    }

    /** @param limited whether min-p drops all tokens that are not told */
    private double nucleusTotal(SamplingParameters parameters, double heaviest, boolean limited) {
        float highest = row.candidates().highest();
        double told = sum(descending.length);
        double most = told + row.others().mostWeight(highest, parameters.temperature());
        double least = Math.min(most, told + row.others().leastWeight(highest, parameters.temperature()));
        int first = reaching(parameters.topP() * least * (1 - SUM_ERROR));
        int last = reaching(parameters.topP() * most * (1 + SUM_ERROR));
        boolean certain = limited && first >= survivors(parameters.minP()) - 1;
        if (first == last && first < descending.length) {
            certain = certain || heaviest < descending[first];
        }
        return certain ? (least + most) / 2 : UNCERTAIN;
    }

    /** The place, by descending weight, at which so much is reached; the number of places where it is not. */
    private int reaching(double amount) {
        double before = 0;
        int place = 0;
        while (place < descending.length && before + descending[place] < amount) {
            before += descending[place++];
        }
        return place;
    }

    /** How many weigh certainly enough for min-p. */
    private int survivors(double minP) {
        int count = 0;
        while (count < descending.length && descending[count] >= minP * (1 - FLOAT_ERROR)) {
            count++;
        }
        return count;
    }

    private double sum(int places) {
        double sum = 0;
        for (int place = 0; place < places; place++) {
            sum += descending[place];
        }
        return sum;
    }

    /**
     * Inverts the cumulative weight in the order of ids: the token is certain if it is met both when all the others' weight lies
     * before it and when all lies behind it. Both are hardest where that weight is greatest.
     */
    private int drawFromAll(SamplingParameters parameters, double uniform) {
        Candidates candidates = row.candidates();
        double others = row.others().mostWeight(candidates.highest(), parameters.temperature());
        double told = 0;
        for (int place = 0; place < row.count(); place++) {
            told += candidates.weight(place);
        }
        double margin = (told + others) * SUM_ERROR;
        double target = uniform * (told + others);
        double before = 0;
        for (int place = 0; place < row.count(); place++) {
            double after = before + candidates.weight(place);
            if (after > target + margin) {
                return target >= before + others + margin ? place : UNCERTAIN;
            }
            before = after;
        }
        return UNCERTAIN;
    }
}
