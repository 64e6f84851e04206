package io.insula.launcher;

import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.terminal.Terminal;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** Runs a node from its start to the signal that ends it. */
record RunningProgram(Home home, InsulaConfig config, Roles roles, EngineFitting fitting, PrintWriter out) {

    /** Says to a supervisor that the process wants to be started again (EX_TEMPFAIL of sysexits.h). */
    static final int START_AGAIN = 75;

    /** Beyond the drain time, for what is left to be stopped. */
    private static final Duration LAST_MINUTE = Duration.ofSeconds(30);

    /**
     * Blocks until the program is told to stop and has.
     *
     * @param told what is printed once the node is up
     * @return the exit code
     */
    int run(Function<RunningNode, String> told) throws Exception {
        StopSignals signals = StopSignals.listen();
        boolean whole;
        try (LifeCycle parts = new LifeCycle()) {
            Node node = new Node(home, config, roles, fitting, Terminal.progress(), parts, () -> startAgain(signals));
            CompletableFuture<RunningNode> started = InBackground.supply(node::start);
            CompletableFuture.anyOf(started, signals.exitCode()).join();
            whole = started.isDone();
            if (whole) {
                out.println(told.apply(started.join()));
                out.flush();
            }
            signals.exitCode().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
        int code = signals.exitCode().join();
        if (!whole || DeviceThreads.busy()) {
            // An engine may be computing its trial, or a plan be built; an orderly exit would take the libraries away
            // under it.
            Runtime.getRuntime().halt(code);
        }
        return code;
    }

    /** Stops in order; a part that does not stop cannot keep the process. */
    private void startAgain(StopSignals signals) {
        signals.stop(START_AGAIN);
        Thread.ofPlatform().daemon().name("insula-last-minute").start(() -> {
            LockSupport.parkNanos(config.drainTimeout().plus(LAST_MINUTE).toNanos());
            Runtime.getRuntime().halt(START_AGAIN);
        });
    }
}
