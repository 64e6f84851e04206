/**
 * Faults injected into a cluster of real processes while clients are answered: what is broken when, and whether anybody
 * noticed. Everything here blocks, on virtual threads.
 */
@NullMarked
package io.insula.chaos;

import org.jspecify.annotations.NullMarked;
