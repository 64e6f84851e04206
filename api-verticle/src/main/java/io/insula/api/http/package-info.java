/**
 * The server: routes, body reading, answers, server-sent events, the access log. Event loop.
 */
@NullMarked
package io.insula.api.http;

import org.jspecify.annotations.NullMarked;
