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
 *   <li>a draw from all tokens, or from a nucleus of which the end is not certain, if it meets the same token whatever the others
 *       weigh in all, in an octave that neither they nor the end reach ({@link Octaves}).
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
            return drawFromAll(parameters, heaviest, uniform);
        }
        for (int place = 0; place < descending.length; place++) {
            descending[place] = -candidates.weight(place);
        }
        Arrays.sort(descending);
        for (int place = 0; place < descending.length; place++) {
            descending[place] = -descending[place];
        }
        double total = certainTotal(parameters, heaviest);
        if (total >= 0) {
            return candidates.drawTruncated(parameters, total, uniform);
        }
        boolean wide = parameters.topK() == 0 && parameters.typicalP() == 1 && parameters.minP() == 0;
        return wide ? drawFromNucleus(parameters, heaviest, uniform) : UNCERTAIN;
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
        double most = most(parameters);
        double least = least(parameters, most);
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

    private double told() {
        double sum = 0;
        for (int place = 0; place < row.count(); place++) {
            sum += row.candidates().weight(place);
        }
        return sum;
    }

    /** What all tokens weigh at most. */
    private double most(SamplingParameters parameters) {
        return told() + row.others().mostWeight(row.candidates().highest(), parameters.temperature());
    }

    /** What all tokens weigh at least. */
    private double least(SamplingParameters parameters, double most) {
        double others = row.others().leastWeight(row.candidates().highest(), parameters.temperature());
        return Math.min(most, told() + others);
    }

    private int drawFromAll(SamplingParameters parameters, double heaviest, double uniform) {
        double most = most(parameters);
        return meet(uniform * least(parameters, most), uniform * most, heaviest);
    }

    /** Draws from a nucleus of which the end is not certain: what ends it is lighter than what may be drawn. */
    private int drawFromNucleus(SamplingParameters parameters, double heaviest, double uniform) {
        double most = most(parameters);
        double least = parameters.topP() * least(parameters, most) * (1 - SUM_ERROR);
        int end = reaching(least);
        double last = end < descending.length ? Math.max(heaviest, descending[end]) : heaviest;
        double nucleus = Math.min(most, parameters.topP() * most * (1 + SUM_ERROR) + last);
        return meet(uniform * least, uniform * nucleus, last);
    }

    /** The highest octave in which not all tokens are certain to be told and drawn from; negative where there is none. */
    private static int reached(double heaviest) {
        return heaviest > 0 ? Octaves.of(Math.nextUp((float) heaviest)) : -1;
    }

    /** The token that is met wherever between two bounds the target is, if all that comes before it is told. */
    private int meet(double least, double most, double heaviest) {
        double margin = most * SUM_ERROR;
        int place = met(least - margin, heaviest);
        return place == met(most + margin, heaviest) ? place : UNCERTAIN;
    }

    private int met(double target, double heaviest) {
        Candidates candidates = row.candidates();
        int reached = reached(heaviest);
        double before = 0;
        for (int octave = Octaves.COUNT - 1; octave > reached; octave--) {
            for (int place = 0; place < row.count(); place++) {
                float weight = candidates.weight(place);
                if (Octaves.of(weight) == octave) {
                    before += weight;
                    if (before > target && weight > 0) {
                        return place;
                    }
                }
            }
        }
        return UNCERTAIN;
    }
}
