@NullMarked
package io.insula.protocol;

import org.jspecify.annotations.NullMarked;
