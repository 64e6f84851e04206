package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.insula.protocol.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * The bound of theorem 4.4 of Sheng et al., OSDI 2024: tenants that both wait for all of a time get service that differs by at
 * most {@code 2 max(w_p L_input, w_q M)}, whatever their requests look like. A server that batches continuously is simulated:
 * requests join while their tokens fit its memory of {@code M}, each running one gets one token a step.
 */
class FairnessBoundTest {

    private static final int MEMORY = 600;
    private static final int LONGEST_PROMPT = 200;
    private static final double BOUND =
            2 * Math.max(VirtualCounters.INPUT_COST * LONGEST_PROMPT, VirtualCounters.OUTPUT_COST * MEMORY);
    private static final int STEPS = 6_000;

    @Test
    void tenantsThatWaitGetServiceWithinTheBoundOfEachOther() {
        for (long seed = 0; seed < 20; seed++) {
            Server server = new Server(seed, true);
            server.run();
            assertThat(server.largestDifference()).as("seed %d", seed).isLessThanOrEqualTo(BOUND);
        }
    }

    @Test
    void firstComeFirstServedBreaksTheBound() {
        Server server = new Server(1, false);
        server.run();
        assertThat(server.largestDifference()).isGreaterThan(3 * BOUND);
    }

    @Test
    void serviceFollowsTheWeights() {
        Server server = new Server(3, true);
        server.weights = new double[] {1, 2, 4};
        server.run();
        for (int i = 0; i < 3; i++) {
            assertThat(server.of(i) / server.weights[i]).as("tenant %d", i).isCloseTo(server.of(0), within(BOUND));
        }
    }

    private static TenantId tenant(int number) {
        return new TenantId(new UUID(9, number));
    }

    private static final class Server {

        private record Request(int tenant, int prompt, int answer) {}

        private static final class Running {
            final Request request;
            int generated;

            Running(Request request) {
                this.request = request;
            }
        }

        private final Random random;
        private final boolean fair;
        private final VirtualCounters counters = new VirtualCounters();
        private final List<Deque<Request>> queues = new ArrayList<>();
        private final Deque<Integer> arrivals = new ArrayDeque<>();
        private final List<Running> running = new ArrayList<>();
        private final Map<TenantId, Double> service = new LinkedHashMap<>();
        /** Service of each tenant after each step, the tenants always having something queued. */
        private final List<double[]> history = new ArrayList<>();

        private double[] weights = {1, 1, 1};

        Server(long seed, boolean fair) {
            this.random = new Random(seed);
            this.fair = fair;
            for (int i = 0; i < 3; i++) {
                queues.add(new ArrayDeque<>());
            }
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                arrive();
                admit();
                generate();
                history.add(new double[] {of(0), of(1), of(2)});
            }
        }

        /** Over all intervals; of a series, the largest difference of two values is its span. */
        double largestDifference() {
            double largest = 0;
            for (int f = 0; f < 3; f++) {
                for (int g = 0; g < f; g++) {
                    int one = f;
                    int other = g;
                    double[] difference = history.stream()
                            .mapToDouble(at -> at[one] - at[other])
                            .toArray();
                    double least = Arrays.stream(difference).min().orElseThrow();
                    double most = Arrays.stream(difference).max().orElseThrow();
                    largest = Math.max(largest, most - least);
                }
            }
            return largest;
        }

        /** Tenant 0 sends far more than its share, tenant 1 long prompts, tenant 2 long answers; all of them always wait. */
        private void arrive() {
            for (int tenant = 0; tenant < 3; tenant++) {
                int least = tenant == 0 ? 40 : 3;
                while (queues.get(tenant).size() < least) {
                    boolean empty = queues.get(tenant).isEmpty();
                    queues.get(tenant)
                            .add(
                                    switch (tenant) {
                                        case 0 -> new Request(0, 1 + random.nextInt(20), 1 + random.nextInt(20));
                                        case 1 ->
                                            new Request(1, LONGEST_PROMPT - random.nextInt(30), 1 + random.nextInt(9));
                                        default -> new Request(2, 1 + random.nextInt(9), 100 + random.nextInt(200));
                                    });
                    arrivals.add(tenant);
                    if (empty) {
                        counters.waits(tenant(tenant));
                    }
                }
            }
        }

        private void admit() {
            int used = running.stream()
                    .mapToInt(run -> run.request.prompt() + run.request.answer())
                    .sum();
            while (true) {
                int next = fair ? leastServed() : arrivals.getFirst();
                Request request = queues.get(next).getFirst();
                used += request.prompt() + request.answer();
                if (used > MEMORY) {
                    return;
                }
                queues.get(next).removeFirst();
                arrivals.removeFirstOccurrence(next);
                serve(next, VirtualCounters.INPUT_COST * request.prompt());
                running.add(new Running(request));
                arrive();
            }
        }

        private void generate() {
            running.forEach(run -> {
                run.generated++;
                serve(run.request.tenant(), VirtualCounters.OUTPUT_COST);
            });
            running.removeIf(run -> run.generated == run.request.answer());
        }

        private int leastServed() {
            int least = 0;
            for (int i = 1; i < 3; i++) {
                if (counters.of(tenant(i)) < counters.of(tenant(least))) {
                    least = i;
                }
            }
            return least;
        }

        private void serve(int tenant, double cost) {
            counters.charge(tenant(tenant), weights[tenant], cost);
            service.merge(tenant(tenant), cost, Double::sum);
        }

        private double of(int tenant) {
            return service.getOrDefault(tenant(tenant), 0.0);
        }
    }
}
