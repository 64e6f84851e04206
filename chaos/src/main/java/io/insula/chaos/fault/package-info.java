/** What is broken, how, and when: one scenario each. They break things while a load runs, and mend them. */
@NullMarked
package io.insula.chaos.fault;

import org.jspecify.annotations.NullMarked;
