@NullMarked
package io.insula.bench;

import org.jspecify.annotations.NullMarked;
