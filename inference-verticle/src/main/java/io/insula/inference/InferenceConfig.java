package io.insula.inference;

import io.insula.inference.admission.AdmissionConfig;
import io.insula.inference.schedule.SchedulerConfig;

/**
 * The settings of an inference node.
 *
 * @param admission the door's limits
 * @param scheduler the limits of each model's scheduler
 */
public record InferenceConfig(AdmissionConfig admission, SchedulerConfig scheduler) {

    public static final InferenceConfig DEFAULT = new InferenceConfig(AdmissionConfig.DEFAULT, SchedulerConfig.DEFAULT);
}
