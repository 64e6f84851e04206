package io.insula.djl.tensorrt.memory;

import io.insula.djl.tensorrt.cuda.Cuda;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The streams of a device. A stream that is given back is lent again, never destroyed: arrays that were made on it may live
 * longer than whoever borrowed it. There are as many as were ever lent at one time.
 */
public final class StreamPool {

    private final Cuda cuda;
    private final int device;
    private final DeviceStream base;
    private final ConcurrentLinkedDeque<DeviceStream> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger opened = new AtomicInteger(1);

    StreamPool(Cuda cuda, int device) {
        this.cuda = cuda;
        this.device = device;
        this.base = open();
    }

    /** The stream of whoever has none of their own. */
    public DeviceStream base() {
        return base;
    }

    /** A stream that nobody else has now. */
    public DeviceStream lend() {
        DeviceStream stream = idle.pollFirst();
        if (stream != null) {
            return stream;
        }
        opened.incrementAndGet();
        return open();
    }

    /** Takes a stream back; work that is still enqueued goes on. */
    public void giveBack(DeviceStream stream) {
        idle.addFirst(stream);
    }

    /** How many streams were opened. */
    public int opened() {
        return opened.get();
    }

    private DeviceStream open() {
        return new DeviceStream(cuda, cuda.newStream(device));
    }
}
