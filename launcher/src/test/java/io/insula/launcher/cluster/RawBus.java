package io.insula.launcher.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes bytes to the port of an event bus, frames of its wire format among them. */
final class RawBus implements AutoCloseable {

    static final int USER_CODEC = -1;
    static final int STRING = 9;
    static final int JSON_OBJECT = 13;
    static final int REPLY_EXCEPTION = 15;
    static final int CLUSTER_SERIALIZABLE = 16;
    static final int SERIALIZABLE = 17;

    private static final int BUS_VERSION = 2;

    private final Socket socket;

    RawBus(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
    }

    void write(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A frame that is sent, not published, and asks for no reply. */
    static byte[] frame(int codec, String codecName, String address, byte[] body) {
        ByteBuffer frame = ByteBuffer.allocate(512 + body.length);
        frame.putInt(0).put((byte) BUS_VERSION).put((byte) codec);
        if (codec == USER_CODEC) {
            text(frame, codecName);
        }
        frame.put((byte) 0);
        text(frame, address);
        frame.putInt(0);
        text(frame, "00000000-0000-0000-0000-000000000000");
        frame.putInt(4).put(body);
        frame.putInt(0, frame.position() - 4);
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }

    /** Bytes with their length before them, as texts and serialized objects are written. */
    static byte[] sized(byte[] bytes) {
        return ByteBuffer.allocate(4 + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    static byte[] text(String text) {
        return sized(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void text(ByteBuffer out, String text) {
        out.put(text(text));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
