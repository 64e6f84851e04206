/**
 * The program: command line, wiring of the two roles in one process, start and stop in order. Main thread and shutdown
 * hook only; nothing here is on a request's path.
 */
@NullMarked
package io.insula.launcher;

import org.jspecify.annotations.NullMarked;
