package io.insula.launcher;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Turns the first SIGINT, SIGTERM or SIGHUP into an orderly stop, and the second into an immediate one.
 *
 * <p>A shutdown hook would come too late: hooks run all at once, and ONNX Runtime's own destroys the environment that
 * running streams still compute in.
 */
public final class StopSignals {

    private static final int SIGNALLED = 128;
    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private final AtomicBoolean seen = new AtomicBoolean();

    private StopSignals() {}

    /** Takes the signals over for the rest of the program's life. */
    public static StopSignals listen() {
        StopSignals signals = new StopSignals();
        NUMBERS.forEach((name, number) -> handle(name, () -> signals.received(SIGNALLED + number)));
        return signals;
    }

    /** {@code sun.misc.Signal} by reflection: the compiler warns about it in a way that no annotation silences. */
    private static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    StopSignals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        action.run();
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JDK has no sun.misc.Signal", e);
        }
    }

    private void received(int code) {
        if (seen.getAndSet(true)) {
            Runtime.getRuntime().halt(code);
        }
        exitCode.complete(code);
    }

    /**
     * Stops the program as a signal would.
     *
     * @param code its exit code
     */
    public void stop(int code) {
        exitCode.complete(code);
    }

    /** The exit code that the first signal asks for; completes when it arrives. */
    public CompletableFuture<Integer> exitCode() {
        return exitCode;
    }
}
