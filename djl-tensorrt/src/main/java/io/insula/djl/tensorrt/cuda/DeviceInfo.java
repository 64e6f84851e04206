package io.insula.djl.tensorrt.cuda;

/**
 * What a device is called and can do.
 *
 * @param index the number of the device, from 0
 * @param name what the driver calls it, for example {@code NVIDIA H200}
 * @param computeMajor major compute capability, 9 of 9.0
 * @param computeMinor minor compute capability, 0 of 9.0
 * @param multiprocessors how many multiprocessors it has
 * @param totalBytes its memory
 */
public record DeviceInfo(
        int index, String name, int computeMajor, int computeMinor, int multiprocessors, long totalBytes) {

    /** The capability as NVIDIA writes it in file names, for example {@code sm90}. */
    public String architecture() {
        return "sm" + computeMajor + computeMinor;
    }
}
