/**
 * Who is asking: credentials and connection facts in, a caller or one identical refusal out. Event loop.
 */
@NullMarked
package io.insula.api.auth;

import org.jspecify.annotations.NullMarked;
