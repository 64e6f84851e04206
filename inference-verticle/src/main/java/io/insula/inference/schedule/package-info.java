/**
 * Which stream runs when: slots, continuous batching, prefill chunks between decode steps. One device thread a
 * model.
 */
@NullMarked
package io.insula.inference.schedule;

import org.jspecify.annotations.NullMarked;
