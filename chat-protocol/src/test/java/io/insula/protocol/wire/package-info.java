@NullMarked
package io.insula.protocol.wire;

import org.jspecify.annotations.NullMarked;
