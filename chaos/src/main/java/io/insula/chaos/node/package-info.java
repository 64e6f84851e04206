/**
 * A node as it is shipped, but for an engine that suffers what a test wants it to: files in a folder say what. This is on
 * the class path of the tests alone.
 */
@NullMarked
package io.insula.chaos.node;

import org.jspecify.annotations.NullMarked;
