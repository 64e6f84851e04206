/**
 * Tenants, users, access keys, assistant configs and usage, as ports: what the HTTP side asks and appends, without a
 * word about where it is kept. Every port is safe on any event loop and never blocks.
 */
@NullMarked
package io.insula.store;

import org.jspecify.annotations.NullMarked;
