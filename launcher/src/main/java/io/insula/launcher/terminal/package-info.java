/** What long steps of the command line show while they run: bars on a terminal, plain lines elsewhere. */
@NullMarked
package io.insula.launcher.terminal;

import org.jspecify.annotations.NullMarked;
