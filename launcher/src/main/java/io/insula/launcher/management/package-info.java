/**
 * The management port: liveness, readiness and metrics, apart from the port that clients use. One event loop.
 */
@NullMarked
package io.insula.launcher.management;

import org.jspecify.annotations.NullMarked;
