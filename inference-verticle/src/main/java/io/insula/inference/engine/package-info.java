/**
 * Engines: tokens in, logits out, key/value caches in slots. An engine is owned by one device thread; nothing here
 * waits for the network.
 */
@NullMarked
package io.insula.inference.engine;

import org.jspecify.annotations.NullMarked;
