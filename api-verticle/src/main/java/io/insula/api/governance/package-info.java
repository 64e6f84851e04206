/**
 * May the caller have it, and what did it cost: every admitted generation leaves one usage entry. Event loop.
 */
@NullMarked
package io.insula.api.governance;

import org.jspecify.annotations.NullMarked;
