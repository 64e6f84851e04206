package io.insula.launcher;

import io.insula.launcher.cluster.BusGate;
import io.insula.launcher.cluster.HeardProbes;
import io.insula.launcher.cluster.Membership;
import io.insula.launcher.cluster.NodeDescription;
import io.insula.launcher.cluster.Roster;
import io.insula.launcher.cluster.SelfCare;
import io.insula.launcher.cluster.Subscriptions;
import io.insula.launcher.config.InsulaConfig;
import io.insula.protocol.Addresses;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node does for and with the other nodes: keeps foreign frames out, knows who is there, looks after itself.
 *
 * <p><b>Thread:</b> blocks the starting thread.
 */
final class Neighbours {

    private final NodeDescription self;
    private final @Nullable Membership membership;
    private final Awaiting awaiting;
    private final LifeCycle parts;
    private final HeardProbes heard = new HeardProbes(System::nanoTime);
    private final Roster roster;

    /**
     * @param membership null outside a cluster
     */
    Neighbours(NodeDescription self, @Nullable Membership membership, InsulaConfig config, LifeCycle parts) {
        this.self = self;
        this.membership = membership;
        this.awaiting = new Awaiting(config);
        this.parts = parts;
        this.roster = new Roster(
                self.id(),
                membership == null ? () -> List.of(self) : membership::nodes,
                System::nanoTime,
                Clock.systemUTC());
    }

    /** Puts the gate up and begins to listen to the others; to be called before any role starts. */
    void meet(Vertx vertx, MeterRegistry registry) {
        BusGate.install(vertx, registry, heard::arrived);
        awaiting.await(vertx.deployVerticle(roster));
        if (membership != null) {
            membership.watch();
            membership.nodes().forEach(this::refuseOtherSecret);
        }
    }

    /** Keys would be valid on one node and not on the next, and each would change the other's database password. */
    private void refuseOtherSecret(NodeDescription other) {
        if (!self.secret().isEmpty()
                && !other.secret().isEmpty()
                && !other.secret().equals(self.secret())) {
            throw new StartException("database.pepper-file: node " + other.id() + " at " + other.address()
                    + " hashes access keys with another secret (expected: the same file on every node)");
        }
    }

    Roster roster() {
        return roster;
    }

    /**
     * Begins to have peers try whether this node is heard.
     *
     * @param listening addresses of its roles
     * @param giveUp ends the process so that it is started again
     */
    void lookAfterSelf(Vertx vertx, List<String> listening, Runnable giveUp, MeterRegistry registry) {
        if (membership == null) {
            return;
        }
        Membership joined = membership;
        Gauge.builder("insula.cluster.nodes", joined, member -> member.nodes().size())
                .description("Nodes of the cluster as this one sees it, itself included")
                .register(registry);
        Subscriptions subscriptions = joined.subscriptions();
        List<String> addresses = new ArrayList<>(listening);
        addresses.add(Addresses.probe(self.id()));
        SelfCare care = new SelfCare(
                new SelfCare.Means(
                        self.id(),
                        () -> joined.others(self.id()),
                        () -> addresses,
                        heard,
                        subscriptions::renew,
                        subscriptions::sweep,
                        giveUp,
                        System::nanoTime),
                registry);
        String deployment = awaiting.await(vertx.deployVerticle(care));
        joined.onChange(care::lookNow);
        parts.started("self care", () -> awaiting.await(vertx.undeploy(deployment)));
    }
}
