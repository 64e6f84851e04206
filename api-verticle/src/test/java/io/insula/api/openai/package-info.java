/** Tests of the package of the same name. */
@NullMarked
package io.insula.api.openai;

import org.jspecify.annotations.NullMarked;
