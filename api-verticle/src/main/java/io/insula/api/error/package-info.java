/**
 * Everything that can go wrong with a request, and the one place that maps it to status and body. Any thread.
 */
@NullMarked
package io.insula.api.error;

import org.jspecify.annotations.NullMarked;
