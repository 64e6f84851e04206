@NullMarked
package io.insula.inference.decode.parts;

import org.jspecify.annotations.NullMarked;
