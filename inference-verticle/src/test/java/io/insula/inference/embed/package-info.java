@NullMarked
package io.insula.inference.embed;

import org.jspecify.annotations.NullMarked;
