/**
 * The HTTP side of Insula: requests in, commands to engines over the event bus, answers and server-sent events out. One event loop per instance.
 */
@NullMarked
package io.insula.api;

import org.jspecify.annotations.NullMarked;
