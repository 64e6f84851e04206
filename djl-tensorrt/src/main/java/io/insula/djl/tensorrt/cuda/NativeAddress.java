package io.insula.djl.tensorrt.cuda;

import org.bytedeco.javacpp.Pointer;

/** An address as the bindings take it; owns nothing and frees nothing. */
public final class NativeAddress extends Pointer {

    /** Wraps an address; 0 is the null pointer. */
    public NativeAddress(long address) {
        this.address = address;
    }
}
