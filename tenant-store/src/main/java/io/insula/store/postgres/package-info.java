/**
 * Tenants, keys, configs and usage kept in PostgreSQL: the ports' calls enter, rows leave. Everything runs on the
 * caller's event loop but {@code Migrations} and {@code Bootstrap}, which block and run before any verticle starts.
 */
@NullMarked
package io.insula.store.postgres;

import org.jspecify.annotations.NullMarked;
