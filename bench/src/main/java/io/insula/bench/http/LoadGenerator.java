package io.insula.bench.http;

import io.insula.bench.ChildProcess;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Requests as fast as they are answered, in a process of its own: a plan a line in, a result a line out. */
final class LoadGenerator {

    private LoadGenerator() {}

    public static void main(String[] arguments) throws Exception {
        BufferedReader plans = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = plans.readLine(); line != null; line = plans.readLine()) {
            ChildProcess.say(run(LoadPlan.ofLine(line)));
        }
    }

    private static String run(LoadPlan plan) throws InterruptedException {
        long begin = System.nanoTime();
        long end = begin + plan.millis() * 1_000_000L;
        try (ExecutorService clients = Executors.newFixedThreadPool(plan.connections())) {
            List<Future<Integer>> counts = new ArrayList<>();
            for (int i = 0; i < plan.connections(); i++) {
                counts.add(clients.submit(() -> requests(plan, end)));
            }
            int requests = 0;
            for (Future<Integer> count : counts) {
                requests += count.get();
            }
            return new JsonObject()
                    .put("requests", requests)
                    .put("nanos", System.nanoTime() - begin)
                    .encode();
        } catch (ExecutionException e) {
            return new JsonObject().put("failure", String.valueOf(e.getCause())).encode();
        }
    }

    private static int requests(LoadPlan plan, long end) throws IOException {
        int requests = 0;
        try (LoadClient client = new LoadClient(plan)) {
            while (System.nanoTime() - end < 0) {
                client.exchange();
                requests++;
            }
        }
        return requests;
    }
}
