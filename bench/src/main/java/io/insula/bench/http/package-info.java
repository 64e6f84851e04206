/**
 * The HTTP path beside a peer's: servers in processes of their own, a load generator in another, answers checked on
 * both sides. Everything listens on loopback.
 */
@NullMarked
package io.insula.bench.http;

import org.jspecify.annotations.NullMarked;
