@NullMarked
package io.insula.bench.gpu;

import org.jspecify.annotations.NullMarked;
