@NullMarked
package io.insula.inference;

import org.jspecify.annotations.NullMarked;
