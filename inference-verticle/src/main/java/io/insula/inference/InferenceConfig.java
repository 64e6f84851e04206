package io.insula.inference;

import io.insula.inference.admission.AdmissionConfig;
import io.insula.inference.embed.EmbeddingConfig;
import io.insula.inference.grammar.GrammarConfig;
import io.insula.inference.models.PoolConfig;
import io.insula.inference.schedule.SchedulerConfig;

/**
 * The settings of an inference node.
 *
 * @param admission the door's limits
 * @param scheduler the limits of each model's scheduler
 * @param embedding the limits of each embedding model
 * @param pool how many models may be loaded at once
 * @param grammar what the grammars of each model's answers may cost
 */
public record InferenceConfig(
        AdmissionConfig admission,
        SchedulerConfig scheduler,
        EmbeddingConfig embedding,
        PoolConfig pool,
        GrammarConfig grammar) {

    public static final InferenceConfig DEFAULT = new InferenceConfig(AdmissionConfig.DEFAULT, SchedulerConfig.DEFAULT);

    /** The standard limits of embedding models and grammars, and none of memory. */
    public InferenceConfig(AdmissionConfig admission, SchedulerConfig scheduler) {
        this(admission, scheduler, EmbeddingConfig.DEFAULT, PoolConfig.DEFAULT, GrammarConfig.defaults());
    }
}
