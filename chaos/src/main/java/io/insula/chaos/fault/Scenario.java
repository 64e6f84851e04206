package io.insula.chaos.fault;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Everything that is done to a cluster, by the name that the command line has for it. */
public enum Scenario {
    CALM("nothing is broken", Noticed.AT_ONCE, Needs.NOTHING),
    KILL_ENGINE("kill -9 of an engine", Noticed.AT_ONCE, Needs.A_HIT),
    PAUSE_ENGINE("an engine is stopped for 3 to 5 s and wakes, three times", Noticed.BY_SILENCE, Needs.A_HIT),
    KILL_TWO("kill -9 of two engines of three", Noticed.AT_ONCE, Needs.A_HIT),
    ENGINE_THROWS("every call of an engine fails for a second", Noticed.AT_ONCE, Needs.A_HIT),
    DEVICE_STALLS("an engine's call does not return for 12 s", Noticed.BY_SILENCE, Needs.A_HIT),
    CUT_ENGINE("an engine's cable is pulled for 12 s", Noticed.BY_SILENCE, Needs.CABLES_AND_A_HIT),
    CUT_ENGINE_OUT("nothing that an engine sends arrives for 12 s", Noticed.BY_SILENCE, Needs.CABLES_AND_A_HIT),
    CUT_ENGINE_IN("nothing arrives at an engine for 12 s", Noticed.BY_SILENCE, Needs.CABLES_AND_A_HIT),
    DEAFEN_ENGINE(
            "nothing arrives at an engine's event bus until it gives itself up", Noticed.BY_SILENCE, Needs.CABLES),
    SPLIT("the cluster falls apart for 20 s and heals", Noticed.BY_SILENCE, Needs.CABLES_AND_A_HIT),
    STOP_OLDEST("the cluster's oldest member is stopped", Noticed.BEFORE, Needs.NOTHING),
    KILL_HTTP("kill -9 of an HTTP node", Noticed.AT_ONCE, Needs.NOTHING),
    ROLLING_RESTART("every node is restarted in turn", Noticed.BEFORE, Needs.NOTHING),
    DATABASE_OUTAGE("the database is away", Noticed.AT_ONCE, Needs.NOTHING),
    NONE_LEFT("kill -9 of every engine; one comes back", Noticed.WHEN_MENDED, Needs.A_HIT);

    /** What a scenario needs to mean anything. */
    private enum Needs {
        NOTHING,
        /** That it hits a stream. */
        A_HIT,
        /** A network of its own. */
        CABLES,
        /** Both. */
        CABLES_AND_A_HIT
    }

    private final String what;
    private final Noticed noticed;
    private final Needs needs;

    Scenario(String what, Noticed noticed, Needs needs) {
        this.what = what;
        this.noticed = noticed;
        this.needs = needs;
    }

    /** The one of a name, such as {@code kill-engine}. */
    public static Optional<Scenario> of(String name) {
        return Arrays.stream(values())
                .filter(scenario -> scenario.title().equals(name))
                .findFirst();
    }

    /** The names of all. */
    public static List<String> titles() {
        return Arrays.stream(values()).map(Scenario::title).toList();
    }

    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public String what() {
        return what;
    }

    public Noticed noticed() {
        return noticed;
    }

    /** Whether it breaks the network between nodes. */
    public boolean needsCables() {
        return needs == Needs.CABLES || needs == Needs.CABLES_AND_A_HIT;
    }

    /** Whether it proves nothing unless a stream had to move. */
    public boolean mustHit() {
        return needs == Needs.A_HIT || needs == Needs.CABLES_AND_A_HIT;
    }

    /** Breaks things, and mends what can be mended; what was killed stays down. */
    public void play(Stage stage) {
        switch (this) {
            case CALM -> stage.breaks("nothing");
            case KILL_ENGINE -> EngineFaults.kill(stage);
            case PAUSE_ENGINE -> EngineFaults.pause(stage);
            case KILL_TWO -> EngineFaults.killTwo(stage);
            case ENGINE_THROWS -> EngineFaults.fail(stage);
            case DEVICE_STALLS -> EngineFaults.stall(stage);
            case CUT_ENGINE -> NetworkFaults.cut(stage);
            case CUT_ENGINE_OUT -> NetworkFaults.cutOut(stage);
            case CUT_ENGINE_IN -> NetworkFaults.cutIn(stage);
            case DEAFEN_ENGINE -> NetworkFaults.deafen(stage);
            case SPLIT -> NetworkFaults.split(stage);
            case STOP_OLDEST -> NodeFaults.stopOldest(stage);
            case KILL_HTTP -> NodeFaults.killHttp(stage);
            case ROLLING_RESTART -> NodeFaults.restartAll(stage);
            case DATABASE_OUTAGE -> NodeFaults.stopDatabase(stage);
            case NONE_LEFT -> NodeFaults.killAllEngines(stage);
        }
    }
}
