package io.insula.bench.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One kept-alive HTTP/1.1 connection that sends the same request again and again and checks each answer. */
final class LoadClient implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final String DATA = "data: ";

    private final Socket socket = new Socket();
    private final InputStream in;
    private final byte[] request;
    private final boolean stream;

    LoadClient(LoadPlan plan) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), plan.port()));
        in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
        request = plan.request();
        stream = plan.stream();
    }

    /** One request and its whole answer; fails unless the answer is the script. */
    void exchange() throws IOException {
        socket.getOutputStream().write(request);
        String status = line();
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            } else if (lower.startsWith("transfer-encoding:")) {
                length = -1;
            }
        }
        String body = new String(length < 0 ? chunked() : in.readNBytes(length), StandardCharsets.UTF_8);
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException(status + ": " + body);
        }
        check(body);
    }

    private void check(String body) throws IOException {
        String text = stream ? streamed(body) : content(JSON.readTree(body), "message");
        if (!text.equals(Script.TEXT)) {
            throw new IOException("not the script: " + body);
        }
    }

    private static String streamed(String body) throws IOException {
        StringBuilder text = new StringBuilder();
        boolean done = false;
        for (String line : body.split("\n", -1)) {
            if (line.equals("data: [DONE]")) {
                done = true;
            } else if (line.startsWith(DATA)) {
                text.append(content(JSON.readTree(line.substring(DATA.length())), "delta"));
            }
        }
        if (!done) {
            throw new IOException("a stream without its end: " + body);
        }
        return text.toString();
    }

    private static String content(JsonNode answer, String part) {
        return answer.path("choices").path(0).path(part).path("content").asText("");
    }

    private byte[] chunked() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(8 << 10);
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            body.write(in.readNBytes(size));
            line();
        }
        line();
        return body.toByteArray();
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line().strip(), 16);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
