package io.insula.launcher.model;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A hub on loopback that serves one file with ranges, and misbehaves on demand. */
final class HubServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    final List<String> ranges = new CopyOnWriteArrayList<>();
    volatile byte[] content = new byte[0];
    volatile int status = 200;
    volatile String redirect = "";
    /** Where single paths redirect to. */
    final Map<String, String> redirects = new ConcurrentHashMap<>();
    /** Bytes after which a response is cut, or stalls. */
    volatile int cutAfter = Integer.MAX_VALUE;

    /** Answers of the hub's API by path. */
    final Map<String, String> documents = new ConcurrentHashMap<>();
    /** The file's validator; empty for none. */
    volatile String entityTag = "";

    volatile boolean stall;
    volatile boolean ignoreRange;

    HubServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            ranges.add(exchange.getRequestURI().getPath() + " " + range);
            String path = exchange.getRequestURI().getPath();
            String location = redirects.getOrDefault(path, path.startsWith("/elsewhere") ? "" : redirect);
            if (!location.isEmpty()) {
                exchange.getResponseHeaders().set("Location", location);
                exchange.sendResponseHeaders(302, -1);
                return;
            }
            if (status != 200) {
                exchange.sendResponseHeaders(status, -1);
                return;
            }
            String document = documents.get(exchange.getRequestURI().getPath());
            if (document != null) {
                byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
                return;
            }
            if (!entityTag.isEmpty()) {
                exchange.getResponseHeaders().set("ETag", entityTag);
            }
            String sameAs = exchange.getRequestHeaders().getFirst("If-Range");
            boolean whole = ignoreRange || (sameAs != null && !sameAs.equals(entityTag));
            int from = whole ? 0 : Integer.parseInt(range.replaceAll("^bytes=|-.*", ""));
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            exchange.sendResponseHeaders(whole ? 200 : 206, content.length - from);
            int count = Math.min(cutAfter, content.length - from);
            OutputStream out = exchange.getResponseBody();
            out.write(content, from, count);
            out.flush();
            if (stall) {
                closed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
