/** Tests of the package of the same name. */
@NullMarked
package io.insula.api.auth;

import org.jspecify.annotations.NullMarked;
