package io.insula.api.support;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Sends bytes as they are and reads what comes, so that a test can be as wrong as it wants. */
public final class RawClient implements AutoCloseable {

    private final Socket socket;

    public RawClient(int port) throws IOException {
        this(port, 64 << 10);
    }

    /** Connects with a receive buffer of a given size, which bounds what the kernel takes unread. */
    public RawClient(int port, int receiveBufferBytes) throws IOException {
        socket = new Socket();
        socket.setReceiveBufferSize(receiveBufferBytes);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(10_000);
    }

    public RawClient send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    /** Reads until the text has come, or the server closed. */
    public String readUntil(String end) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        while (!read.toString(ISO_8859_1).contains(end)) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            read.write(next);
        }
        return read.toString(ISO_8859_1);
    }

    /** Reads much, quickly, until the text has come. */
    public String readMuchUntil(String end) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] buffer = new byte[64 << 10];
        String tail = "";
        InputStream in = socket.getInputStream();
        while (!tail.contains(end)) {
            int count = in.read(buffer);
            if (count < 0) {
                break;
            }
            read.write(buffer, 0, count);
            // The text may have come in two pieces.
            tail = tail.substring(Math.max(0, tail.length() - end.length())) + new String(buffer, 0, count, ISO_8859_1);
        }
        return read.toString(ISO_8859_1);
    }

    /** Reads all until the server closes. */
    public String readAll() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
