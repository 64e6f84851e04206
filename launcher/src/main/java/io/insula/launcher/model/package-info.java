/**
 * Model files on this machine: which ones are known, where they lie under the home directory, and how they get there.
 * Blocking; for the command line's own threads.
 */
@NullMarked
package io.insula.launcher.model;

import org.jspecify.annotations.NullMarked;
