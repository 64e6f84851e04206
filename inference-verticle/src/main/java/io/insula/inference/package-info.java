/**
 * An inference node put together: the verticle that wires door, schedulers and bus, and its configuration. Commands and
 * leases come in from the bus on one event loop; frames leave from the device threads.
 */
@NullMarked
package io.insula.inference;

import org.jspecify.annotations.NullMarked;
