@NullMarked
package io.insula.bench.http;

import org.jspecify.annotations.NullMarked;
