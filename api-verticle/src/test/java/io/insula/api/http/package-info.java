/** Tests of the package of the same name. */
@NullMarked
package io.insula.api.http;

import org.jspecify.annotations.NullMarked;
