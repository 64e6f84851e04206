package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.cuda.DeviceInfo;
import io.insula.djl.tensorrt.network.ElementType;

/**
 * What a model takes of its GPU, as far as it is known before a plan is built: what runs of the plan need comes on top.
 *
 * @param type what is computed with
 * @param weightBytes of the weights, at least
 * @param cacheBytes of keys and values, at most
 * @param freeBytes what of the device nobody uses at the moment
 */
public record DeviceNeed(DeviceInfo device, ElementType type, long weightBytes, long cacheBytes, long freeBytes) {

    public long bytes() {
        return weightBytes + cacheBytes;
    }
}
