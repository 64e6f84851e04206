/**
 * Conversations to token ids and token ids to bytes: tokenizers and chat templates, both read from the model's own file.
 * Everything here is immutable once loaded and safe on any thread.
 */
@NullMarked
package io.insula.inference.text;

import org.jspecify.annotations.NullMarked;
