package io.insula.djl.tensorrt.cuda;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;

/** An event of the CUDA runtime, without timing. */
final class BytedecoEvent implements CudaEvent {

    private final CUevent_st event;
    private boolean closed;

    private BytedecoEvent(CUevent_st event) {
        this.event = event;
    }

    static BytedecoEvent open() {
        CUevent_st event = new CUevent_st();
        CudaCalls.check(cudart.cudaEventCreateWithFlags(event, cudart.cudaEventDisableTiming), "creating an event");
        return new BytedecoEvent(event);
    }

    CUevent_st event() {
        return event;
    }

    @Override
    public boolean reached() {
        int code = cudart.cudaEventQuery(event);
        if (code == cudart.cudaErrorNotReady) {
            return false;
        }
        CudaCalls.check(code, "asking for an event");
        return true;
    }

    @Override
    public void await() {
        CudaCalls.check(cudart.cudaEventSynchronize(event), "waiting for an event");
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            CudaCalls.check(cudart.cudaEventDestroy(event), "closing an event");
        }
    }
}
