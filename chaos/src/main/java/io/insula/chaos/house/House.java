package io.insula.chaos.house;

import io.insula.chaos.ChaosException;
import io.insula.chaos.load.Door;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL, inference processes and HTTP processes that form one cluster.
 *
 * <p><b>Thread:</b> one at a time; {@link #close} on any.
 */
public final class House implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration WHOLE_LIMIT = Duration.ofSeconds(45);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(2);
    private static final int PORTS_OF_A_NODE = 4;
    private static final int FIRST_PORT = 15_000;
    private static final int LAST_PORT = 31_999;
    private static final int PORTS_OF_A_RANGE = 64;
    private static final int PORT_RANGES = 200;

    private final List<NodeProcess> nodes = new ArrayList<>();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ASK_LIMIT)
            .build();
    private final Thread ending = new Thread(this::end, "house-end");
    private final @Nullable Network network;
    private final LedgerDatabase database;
    private final ClusterView view;
    private boolean ended;

    private House(HousePlan plan) {
        Runtime.getRuntime().addShutdownHook(ending);
        try {
            List<String> names = names(plan);
            this.network = plan.cables() ? Network.of(names) : null;
            this.database = new LedgerDatabase(
                    plan.folder().resolve("database"),
                    plan.binaries(),
                    network == null ? "127.0.0.1" : network.bridgeHost());
            Path adminKey = plan.folder().toAbsolutePath().resolve("admin-key");
            this.view = new ClusterView(client, adminKey);
            places(plan, names, adminKey).forEach(place -> nodes.add(new NodeProcess(place)));
            for (NodeProcess node : nodes) {
                Files.createDirectories(node.home());
                Files.createSymbolicLink(
                        node.home().resolve("models"), plan.models().toAbsolutePath());
            }
        } catch (IOException e) {
            close();
            throw new ChaosException("The nodes' folders cannot be made: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Starts everything and waits until requests are answered. */
    public static House open(HousePlan plan) {
        House house = new House(plan);
        try {
            // The first one alone, so that it is known who the oldest is.
            house.nodes.getFirst().start();
            house.awaitReady(house.nodes.getFirst());
            house.restore();
            return house;
        } catch (RuntimeException e) {
            house.close();
            throw e;
        }
    }

    private static List<String> names(HousePlan plan) {
        List<String> names = new ArrayList<>();
        IntStream.rangeClosed(1, plan.engines()).forEach(i -> names.add("engine-" + i));
        IntStream.rangeClosed(1, plan.apis()).forEach(i -> names.add("http-" + i));
        return names;
    }

    private List<NodeProcess.Place> places(HousePlan plan, List<String> names, Path adminKey) throws IOException {
        Deque<Integer> ports = new ArrayDeque<>(freePorts(names.size() * PORTS_OF_A_NODE));
        List<Integer> clusterPorts = names.stream().map(name -> ports.pop()).toList();
        List<String> members = IntStream.range(0, names.size())
                .mapToObj(i -> host(names.get(i)) + ":" + clusterPorts.get(i))
                .toList();
        List<NodeProcess.Place> places = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            int api = ports.pop();
            int management = ports.pop();
            int bus = ports.pop();
            Map<String, String> settings = new HashMap<>(plan.settings());
            settings.put("INSULA_CLUSTER_MEMBERS", String.join(",", members));
            settings.put("INSULA_CLUSTER_INTERFACE", host(name));
            settings.put("INSULA_CLUSTER_PORT", Integer.toString(clusterPorts.get(i)));
            settings.put("INSULA_CLUSTER_BUS_PORT", Integer.toString(bus));
            settings.put("INSULA_DATABASE_URL", database.url());
            settings.put("INSULA_DATABASE_PEPPER_FILE", database.pepperFile().toString());
            settings.put("INSULA_ADMIN_KEY_FILE", adminKey.toString());
            settings.put("INSULA_HTTP_HOST", host(name));
            settings.put("INSULA_HTTP_PORT", Integer.toString(api));
            settings.put("INSULA_MANAGEMENT_HOST", host(name));
            settings.put("INSULA_MANAGEMENT_PORT", Integer.toString(management));
            settings.put("INSULA_MODEL_NAME", plan.model());
            // A leaving engine hands its streams over rather than end them; a leaving HTTP node must end them.
            settings.put("INSULA_SHUTDOWN_NOTICE", name.startsWith("engine") ? "0s" : "2s");
            settings.put("INSULA_SHUTDOWN_DRAIN_TIMEOUT", name.startsWith("engine") ? "50ms" : "30s");
            Path folder = Files.createDirectories(plan.folder().resolve(name)).toAbsolutePath();
            places.add(new NodeProcess.Place(
                    name,
                    name.startsWith("engine") ? "inference" : "api",
                    network == null ? null : network.namespace(name),
                    host(name),
                    clusterPorts.get(i),
                    bus,
                    api,
                    management,
                    plan.paceMillis(),
                    folder,
                    settings));
        }
        return places;
    }

    private String host(String name) {
        return network == null ? "127.0.0.1" : network.host(name);
    }

    /**
     * Ports that nobody listens on, below those that systems give to outgoing connections: a node that is started again finds
     * its own free.
     */
    private static List<Integer> freePorts(int count) {
        List<Integer> free = new ArrayList<>();
        int first = FIRST_PORT + Math.toIntExact(ProcessHandle.current().pid() % PORT_RANGES) * PORTS_OF_A_RANGE;
        for (int port = first; free.size() < count; port++) {
            if (port > LAST_PORT) {
                throw new ChaosException(
                        "Fewer than " + count + " ports are free from " + first + " to " + LAST_PORT + ".");
            }
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                free.add(socket.getLocalPort());
            } catch (IOException e) {
                // Taken: the next one is tried.
            }
        }
        return free;
    }

    public List<NodeProcess> nodes() {
        return List.copyOf(nodes);
    }

    public List<NodeProcess> engines() {
        return nodes.stream().filter(NodeProcess::isInference).toList();
    }

    public List<NodeProcess> apis() {
        return nodes.stream().filter(node -> !node.isInference()).toList();
    }

    public List<Door> doors() {
        return apis().stream().map(NodeProcess::door).toList();
    }

    /** The node that has run for longest without a restart: the oldest member of the cluster. */
    public NodeProcess oldest() {
        return nodes.stream()
                .min(Comparator.comparingLong(NodeProcess::startedNanos))
                .orElseThrow();
    }

    public LedgerDatabase database() {
        return database;
    }

    /** The network between the nodes. */
    public Network network() {
        if (network == null) {
            throw new ChaosException("The nodes have no network of their own.");
        }
        return network;
    }

    /** Waits until a node says that it is ready. */
    public void awaitReady(NodeProcess node) {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (!ask(node, "/readyz").startsWith("200 ")) {
            if (!node.isAlive()) {
                throw new ChaosException(node + " ended at its start; its output is in " + node.folder() + ".");
            }
            if (System.nanoTime() - end > 0) {
                throw new ChaosException(node + " is not ready after " + START_LIMIT.toSeconds()
                        + " s; its output is in " + node.folder() + ".");
            }
            sleep(Duration.ofMillis(100));
        }
    }

    /** Starts again what does not run, and waits until every HTTP node sees every node ready and no work left. */
    public void restore() {
        nodes.stream().filter(node -> !node.isAlive()).forEach(NodeProcess::start);
        nodes.forEach(this::awaitReady);
        long end = System.nanoTime() + WHOLE_LIMIT.toNanos();
        while (!isWhole()) {
            if (System.nanoTime() - end > 0) {
                throw new ChaosException("The cluster is not whole and idle after " + WHOLE_LIMIT.toSeconds()
                        + " s; this is what its HTTP nodes see: "
                        + apis().stream().map(api -> api + ": " + look(api)).toList());
            }
            sleep(Duration.ofMillis(200));
        }
    }

    private boolean isWhole() {
        return apis().stream()
                .map(this::look)
                .allMatch(seen -> nodes.stream().allMatch(node -> {
                    ClusterView.Seen found = seen.get(node.member());
                    return found != null && found.ready() && found.busy() == 0;
                }));
    }

    private Map<String, ClusterView.Seen> look(NodeProcess api) {
        try {
            return view.of(api.door().api());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChaosException("Interrupted.", e);
        }
    }

    /** How many streams each engine works on, as it said in the last second or so. */
    public Map<NodeProcess, Integer> busy() {
        Map<String, ClusterView.Seen> seen = new HashMap<>();
        apis().forEach(api -> seen.putAll(look(api)));
        Map<NodeProcess, Integer> busy = new LinkedHashMap<>();
        engines()
                .forEach(engine -> busy.put(
                        engine,
                        seen.getOrDefault(engine.member(), new ClusterView.Seen(false, 0))
                                .busy()));
        return busy;
    }

    /** Status and text that a node's management port answers; no status when it does not. */
    public String ask(NodeProcess node, String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(node.management(path))
                    .timeout(ASK_LIMIT)
                    .build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        } catch (IOException e) {
            return "no answer: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChaosException("Interrupted.", e);
        }
    }

    static void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChaosException("Interrupted.", e);
        }
    }

    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(ending);
        } catch (IllegalStateException e) {
            // The program is ending, and this is the hook.
        }
    }

    /** Without courtesy: whatever state the nodes are in, paused ones too. */
    private synchronized void end() {
        if (ended) {
            return;
        }
        ended = true;
        nodes.forEach(NodeProcess::destroy);
        if (database != null) {
            database.close();
        }
        if (network != null) {
            network.close();
        }
        client.shutdownNow();
    }
}
