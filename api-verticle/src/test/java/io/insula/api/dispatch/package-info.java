/** Tests of the package of the same name. */
@NullMarked
package io.insula.api.dispatch;

import org.jspecify.annotations.NullMarked;
