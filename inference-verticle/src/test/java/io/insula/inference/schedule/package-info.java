@NullMarked
package io.insula.inference.schedule;

import org.jspecify.annotations.NullMarked;
