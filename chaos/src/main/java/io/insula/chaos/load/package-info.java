/**
 * Clients: questions of every kind, the same for the same seed, how they are asked and what was answered when. Virtual
 * threads, one a stream.
 */
@NullMarked
package io.insula.chaos.load;

import org.jspecify.annotations.NullMarked;
