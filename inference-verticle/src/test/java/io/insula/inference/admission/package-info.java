@NullMarked
package io.insula.inference.admission;

import org.jspecify.annotations.NullMarked;
