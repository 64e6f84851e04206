package io.insula.inference.admission;

import io.insula.inference.schedule.Scheduler;
import io.insula.inference.text.ChatTokenizer;

/**
 * A model that commands can name.
 *
 * @param tokenizer renders its prompts
 * @param scheduler runs its streams
 */
public record AdmittedModel(ChatTokenizer tokenizer, Scheduler scheduler) {}
