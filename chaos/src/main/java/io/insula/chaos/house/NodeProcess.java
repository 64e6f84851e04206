package io.insula.chaos.house;

import io.insula.chaos.ChaosException;
import io.insula.chaos.load.Door;
import io.insula.chaos.node.ChaosNode;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One process of the cluster, and everything that can be done to it.
 *
 * <p><b>Thread:</b> one at a time.
 */
public final class NodeProcess {

    private static final Duration END_LIMIT = Duration.ofSeconds(60);
    private static final List<String> JAVA_OPTIONS = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-modules=java.se",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.management/sun.management=ALL-UNNAMED",
            "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            // Processes that live for seconds, many on few processors: compiling well would be most of their work.
            "-XX:TieredStopAtLevel=1",
            "-Xmx768m");

    /**
     * Where and as what a node runs.
     *
     * @param role {@code api} or {@code inference}
     * @param namespace of the network; null for this program's own
     * @param busPort where its event bus listens
     * @param settings as environment variables
     */
    record Place(
            String name,
            String role,
            @Nullable String namespace,
            String host,
            int clusterPort,
            int busPort,
            int apiPort,
            int managementPort,
            int paceMillis,
            Path folder,
            Map<String, String> settings) {}

    private final Place place;
    private @Nullable Process process;
    private int starts;
    private long startedNanos;

    NodeProcess(Place place) {
        this.place = place;
    }

    public String name() {
        return place.name();
    }

    public boolean isInference() {
        return place.role().equals("inference");
    }

    /** How clients and load balancers reach it. */
    public Door door() {
        String origin = "http://" + place.host() + ":";
        return new Door(
                place.name(), URI.create(origin + place.apiPort() + "/v1/chat/completions"), management("/readyz"));
    }

    /** The address of its membership traffic. */
    String member() {
        return place.host() + ":" + place.clusterPort();
    }

    /** Where its event bus listens, beside its membership traffic. */
    int busPort() {
        return place.busPort();
    }

    URI management(String path) {
        return URI.create("http://" + place.host() + ":" + place.managementPort() + path);
    }

    /** Starts the process, without waiting until it is ready. */
    public void start() {
        if (isAlive()) {
            throw new ChaosException(name() + " runs already.");
        }
        try {
            List<String> command = new ArrayList<>();
            if (place.namespace() != null) {
                command.addAll(List.of("ip", "netns", "exec", place.namespace()));
            }
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(JAVA_OPTIONS);
            command.addAll(List.of(
                    "-XX:ErrorFile=" + place.folder().resolve("crash.log"),
                    "-D" + ChaosNode.CONTROLS + "=" + controls(),
                    "-D" + ChaosNode.PACE + "=" + place.paceMillis(),
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    ChaosNode.class.getName()));
            command.addAll(List.of("serve", "--roles", place.role(), "--home", home().toString()));
            Files.createDirectories(home());
            Files.createDirectories(controls());
            clearControls();
            File log = place.folder().resolve("output-" + ++starts + ".log").toFile();
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
            builder.environment().keySet().removeIf(key -> key.startsWith("INSULA_") || key.equals("CI"));
            builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
            builder.environment().putAll(place.settings());
            process = builder.start();
            startedNanos = System.nanoTime();
        } catch (IOException e) {
            throw new ChaosException(name() + " cannot be started: " + e.getMessage(), e);
        }
    }

    /** When it was last started. */
    long startedNanos() {
        return startedNanos;
    }

    Path home() {
        return place.folder().resolve("home");
    }

    private Path controls() {
        return place.folder().resolve("controls");
    }

    private void clearControls() throws IOException {
        for (ChaosNode.Control control : ChaosNode.Control.values()) {
            Files.deleteIfExists(controls().resolve(control.fileName()));
        }
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Ends it as a crash does. */
    public void kill() {
        signal("KILL");
        awaitEnd();
    }

    /** Stops it where it stands, as a machine that hangs. */
    public void pause() {
        signal("STOP");
    }

    /** Lets it go on. */
    public void wake() {
        signal("CONT");
    }

    /** Asks it to end, and waits until it has. */
    public void stop() {
        signal("TERM");
        awaitEnd();
    }

    private void signal(String signal) {
        Process target = process;
        if (target == null || !target.isAlive()) {
            throw new ChaosException(name() + " does not run any more; its output is in " + place.folder() + ".");
        }
        Command.run("kill -" + signal + " " + target.pid());
    }

    /** Waits until it has ended by itself: the status that it ended with; empty where it runs on. */
    public OptionalInt awaitEnd(Duration limit) {
        Process ending = process;
        try {
            return ending != null && ending.waitFor(limit.toSeconds(), TimeUnit.SECONDS)
                    ? OptionalInt.of(ending.exitValue())
                    : OptionalInt.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChaosException("Interrupted.", e);
        }
    }

    private void awaitEnd() {
        Process ending = process;
        try {
            if (ending != null && !ending.waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new ChaosException(name() + " does not end.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChaosException("Interrupted.", e);
        }
    }

    /** Gives its engine something to suffer from, until {@link #relieve}. */
    public void inflict(ChaosNode.Control control) {
        try {
            Files.writeString(controls().resolve(control.fileName()), "");
        } catch (IOException e) {
            throw new ChaosException(name() + " cannot be told: " + e.getMessage(), e);
        }
    }

    /** Takes it away. */
    public void relieve(ChaosNode.Control control) {
        try {
            Files.deleteIfExists(controls().resolve(control.fileName()));
        } catch (IOException e) {
            throw new ChaosException(name() + " cannot be told: " + e.getMessage(), e);
        }
    }

    /** Ends it whatever state it is in, without waiting. */
    void destroy() {
        Process ending = process;
        if (ending != null) {
            ending.destroyForcibly();
        }
    }

    Path folder() {
        return place.folder();
    }

    @Override
    public String toString() {
        return name();
    }
}
