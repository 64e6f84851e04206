/**
 * Settings: one file plus environment in, one immutable record for each component out. Runs once, on the main thread,
 * before anything starts.
 */
@NullMarked
package io.insula.launcher.config;

import org.jspecify.annotations.NullMarked;
