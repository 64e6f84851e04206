/**
 * Where base models compute: on the processors, or each inference node of the process on a GPU of its own. Settings enter,
 * engines leave; the choice is made on the starting thread, engines are opened on device threads.
 */
@NullMarked
package io.insula.launcher.engine;

import org.jspecify.annotations.NullMarked;
