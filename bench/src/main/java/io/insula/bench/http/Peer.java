package io.insula.bench.http;

import io.insula.bench.BenchmarkException;
import io.insula.bench.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The Portkey gateway, installed from npm into a folder and started on loopback. */
final class Peer {

    static final String VERSION = "1.15.2";
    static final String NAME = "Portkey AI gateway " + VERSION;

    private static final String PACKAGE = """
            {"name":"peer","private":true,
             "dependencies":{"@portkey-ai/gateway":"%s"},
             "overrides":{"@hono/node-server":"1.14.1"}}
            """.formatted(VERSION);
    /** The gateway binds every address and has no option for that. */
    private static final String LOOPBACK = """
            const net = require('net');
            const listen = net.Server.prototype.listen;
            net.Server.prototype.listen = function (...args) {
              if (args[0] !== null && typeof args[0] === 'object') {
                args[0] = { ...args[0], host: '127.0.0.1' };
              } else if (typeof args[1] === 'function') {
                args.splice(1, 0, '127.0.0.1');
              } else {
                args[1] = '127.0.0.1';
              }
              return listen.apply(this, args);
            };
            """;

    private final Path folder;

    /**
     * @param folder where it is installed
     */
    Peer(Path folder) {
        this.folder = folder;
    }

    /** Installs it unless that is done. */
    void install() throws IOException, InterruptedException {
        Path installed = folder.resolve("node_modules/@portkey-ai/gateway/package.json");
        if (Files.exists(installed) && Files.readString(installed).contains("\"" + VERSION + "\"")) {
            return;
        }
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("package.json"), PACKAGE);
        Path log = folder.resolve("npm.log");
        Process npm;
        try {
            npm = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts")
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new BenchmarkException(
                    "The peer of this benchmark needs npm and Node.js 20 or newer on the PATH: install them and run it again.",
                    e);
        }
        if (npm.waitFor() != 0) {
            throw new BenchmarkException("npm could not install the peer; its output is in " + log + ".");
        }
    }

    /** A running gateway and its port. */
    record Running(ChildProcess process, int port) {}

    Running start() throws IOException {
        Path preload = folder.resolve("loopback.cjs");
        Files.writeString(preload, LOOPBACK);
        int port = freePort();
        List<String> command = List.of(
                "node",
                "--require",
                preload.toAbsolutePath().toString(),
                folder.resolve("node_modules/@portkey-ai/gateway/build/start-server.js")
                        .toAbsolutePath()
                        .toString(),
                "--headless",
                "--port=" + port);
        ChildProcess process = ChildProcess.start(command, folder, "gateway");
        try {
            process.awaitListening(port);
        } catch (IOException | BenchmarkException e) {
            process.close();
            throw e;
        }
        return new Running(process, port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
