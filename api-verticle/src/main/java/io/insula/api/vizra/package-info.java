/**
 * The Vizra ADK dialect: stricter validation, its own error form and model mapping. Event loop.
 */
@NullMarked
package io.insula.api.vizra;

import org.jspecify.annotations.NullMarked;
