/** Tests of the package of the same name. */
@NullMarked
package io.insula.api.json;

import org.jspecify.annotations.NullMarked;
