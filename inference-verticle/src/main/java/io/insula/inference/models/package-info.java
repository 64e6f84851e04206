/**
 * The base models of a node: which are known, which are loaded, and who makes room for whom. Everything is decided on the
 * node's event loop; files are opened on workers, engines on their device threads.
 */
@NullMarked
package io.insula.inference.models;

import org.jspecify.annotations.NullMarked;
