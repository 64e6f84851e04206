package io.insula.chaos.house;

import io.insula.chaos.ChaosException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Passes connections on to a port of this machine from an address that others can reach; where that refuses, so does this.
 *
 * <p><b>Thread:</b> two virtual threads a connection.
 */
final class Relay implements AutoCloseable {

    private static final int BUFFER = 16 * 1024;
    private static final int BACKLOG = 256;

    private final String host;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private int port;
    private volatile int target;
    private ServerSocket door;

    Relay(String host, int target) {
        this.host = host;
        this.target = target;
        this.door = listen(0);
        this.port = door.getLocalPort();
    }

    private ServerSocket listen(int onPort) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), onPort), BACKLOG);
            Thread.ofVirtual().name("relay").start(() -> accept(socket));
            return socket;
        } catch (IOException e) {
            throw new ChaosException("The database's relay cannot listen on " + host + ": " + e.getMessage(), e);
        }
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> connect(client));
            } catch (IOException e) {
                // Closed: nobody is let in any more.
                return;
            }
        }
    }

    private void connect(Socket client) {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            open.add(client);
            open.add(server);
            Thread.ofVirtual().start(() -> pump(client, server));
            pump(server, client);
        } catch (IOException e) {
            closed(client);
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER];
        try {
            for (int read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One end is gone, so the other one goes.
        }
        closed(from);
        closed(to);
    }

    private void closed(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    String address() {
        return host + ":" + port;
    }

    /** Refuses connections and cuts those that there are. */
    synchronized void refuse() {
        close();
    }

    /** Lets connections through again, to a server that may have moved. */
    synchronized void allow(int newTarget) {
        target = newTarget;
        door = listen(port);
    }

    @Override
    public synchronized void close() {
        try {
            door.close();
        } catch (IOException e) {
            // It listens no longer either way.
        }
        open.forEach(this::closed);
    }
}
