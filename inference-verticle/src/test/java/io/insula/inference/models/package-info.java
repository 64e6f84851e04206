@NullMarked
package io.insula.inference.models;

import org.jspecify.annotations.NullMarked;
