package io.insula.chaos.fault;

import io.insula.chaos.ChaosException;
import io.insula.chaos.house.House;
import io.insula.chaos.house.NodeProcess;
import io.insula.chaos.load.Account;
import io.insula.chaos.load.Asker;
import io.insula.chaos.load.Question;
import io.insula.chaos.load.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What a scenario plays on: the house, chance, and the record of when something happened.
 *
 * <p><b>Thread:</b> one.
 */
public final class Stage {

    private final House house;
    private final Random random;
    private final Asker asker;
    private final Account account;
    private final Question extra;
    private final Duration outage;
    private final Consumer<String> log;
    private final List<Long> broken = new ArrayList<>();
    private final List<Long> mended = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final Map<String, Instant> lostDoors = new HashMap<>();

    /**
     * Sets the stage.
     *
     * @param extra a question that scenarios may ask beside the load
     * @param outage how long the database is away in the scenario that takes it away
     */
    public Stage(
            House house,
            Random random,
            Asker asker,
            Account account,
            Question extra,
            Duration outage,
            Consumer<String> log) {
        this.house = house;
        this.random = random;
        this.asker = asker;
        this.account = account;
        this.extra = extra;
        this.outage = outage;
        this.log = log;
    }

    House house() {
        return house;
    }

    Duration outage() {
        return outage;
    }

    /** Notes that something breaks now. */
    void breaks(String what) {
        broken.add(System.nanoTime());
        log.accept(what);
    }

    /** Notes that something is mended now. */
    void mends(String what) {
        mended.add(System.nanoTime());
        log.accept(what);
    }

    /** Notes that a node's clients are not to be answered: it is broken itself. */
    void lose(NodeProcess api) {
        lostDoors.put(api.name(), Instant.now());
    }

    /** Notes something that is wrong. */
    void complain(String what) {
        complaints.add(what);
    }

    /** The one that a stream chosen by chance is on: breaking an idle one would prove nothing. */
    NodeProcess anyEngine() {
        Map<NodeProcess, Integer> busy = house.busy();
        log.accept("busy: " + busy);
        int chosen = random.nextInt(
                Math.max(1, busy.values().stream().mapToInt(Integer::intValue).sum()));
        for (Map.Entry<NodeProcess, Integer> engine : busy.entrySet()) {
            chosen -= engine.getValue();
            if (chosen < 0) {
                return engine.getKey();
            }
        }
        return anyOf(house.engines(), 1).getFirst();
    }

    /** Some of them, in random order. */
    List<NodeProcess> anyOf(List<NodeProcess> nodes, int count) {
        List<NodeProcess> shuffled = new ArrayList<>(nodes);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, count);
    }

    boolean coin() {
        return random.nextBoolean();
    }

    /** Waits. */
    void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChaosException("Interrupted.", e);
        }
    }

    /** Waits for a random time of that length at most. */
    void pauseUpTo(Duration most) {
        pause(Duration.ofMillis(random.nextLong(most.toMillis() + 1)));
    }

    /** Asks a question beside the load. */
    Reply ask() {
        try {
            return asker.ask(extra, Integer.MAX_VALUE, account, random.nextInt(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChaosException("Interrupted.", e);
        }
    }

    /** What has been done. */
    public Happenings happened() {
        return new Happenings(broken, mended, lostDoors, complaints);
    }
}
