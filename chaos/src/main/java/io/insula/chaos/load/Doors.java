package io.insula.chaos.load;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Chooses HTTP nodes as a load balancer does: those whose readiness was good when it was last asked for, a few times a
 * second.
 */
public final class Doors implements AutoCloseable {

    private static final Duration PERIOD = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofMillis(800);

    private final List<Door> doors;
    private final Set<Door> ready = ConcurrentHashMap.newKeySet();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final ExecutorService watchers = Executors.newVirtualThreadPerTaskExecutor();

    public Doors(List<Door> doors) {
        this.doors = List.copyOf(doors);
        for (Door door : doors) {
            watchers.execute(() -> watch(door));
        }
    }

    private void watch(Door door) {
        try {
            while (true) {
                if (isReady(door)) {
                    ready.add(door);
                } else {
                    ready.remove(door);
                }
                Thread.sleep(PERIOD);
            }
        } catch (InterruptedException e) {
            // Nobody chooses any more.
            Thread.currentThread().interrupt();
        }
    }

    /** Asks a node whether it takes requests. */
    private boolean isReady(Door door) throws InterruptedException {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(door.readiness()).timeout(PATIENCE).build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** A node that takes requests: the preferred one, or the next one that does. */
    Optional<Door> choose(int preferred) {
        for (int i = 0; i < doors.size(); i++) {
            Door door = doors.get((preferred + i) % doors.size());
            if (ready.contains(door)) {
                return Optional.of(door);
            }
        }
        return Optional.empty();
    }

    /** Takes a node out until it is asked again: nobody answered there. */
    void failed(Door door) {
        ready.remove(door);
    }

    @Override
    public void close() {
        watchers.shutdownNow();
        client.shutdownNow();
    }
}
