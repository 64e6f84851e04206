/**
 * Which engine generates, and what came of it: leases, admission, the stream table and its watchdog. Event loop.
 */
@NullMarked
package io.insula.api.dispatch;

import org.jspecify.annotations.NullMarked;
