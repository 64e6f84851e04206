/** Tests of the whole HTTP side over real sockets and a real bus. */
@NullMarked
package io.insula.api;

import org.jspecify.annotations.NullMarked;
