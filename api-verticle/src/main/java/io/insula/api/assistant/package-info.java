/**
 * Which assistant config answers, and with which prompt: a request in, a generation out. Event loop.
 */
@NullMarked
package io.insula.api.assistant;

import org.jspecify.annotations.NullMarked;
