/**
 * Device memory with accounts: blocks that are freed exactly once, host transfers through pinned staging, streams that
 * outlive their users. Sizes and addresses enter as longs; any thread may call.
 */
@NullMarked
package io.insula.djl.tensorrt.memory;

import org.jspecify.annotations.NullMarked;
