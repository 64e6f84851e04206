/**
 * The OpenAI dialect: request bytes to the internal request, internal events to its JSON and chunks. Event loop.
 */
@NullMarked
package io.insula.api.openai;

import org.jspecify.annotations.NullMarked;
