package io.insula.launcher.cluster;

import io.insula.protocol.Addresses;
import io.insula.protocol.Probe;
import io.insula.protocol.wire.RecordCodec;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.impl.MessageImpl;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import io.vertx.core.eventbus.impl.codecs.ReplyExceptionMessageCodec;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before every consumer of a node's event bus: what another process sent passes only in one of the protocol's
 * layouts, and only where its type belongs. Everything else is dropped and counted.
 *
 * <p><b>Thread:</b> the consumer's event loop.
 */
public final class BusGate {

    /** Why a frame was dropped. */
    private enum Fault {
        /** No codec of the protocol: JSON, text, Java's serialization, another program's. */
        CODEC,
        /** Bytes that are not as the codec's layout has them, or of another version. */
        MALFORMED,
        /** A message of the protocol at an address that is not its. */
        MISPLACED,
        /** Bytes that are no frame of an event bus. */
        GARBAGE
    }

    private static final Logger log = LoggerFactory.getLogger(BusGate.class);
    private static final int BAD_REQUEST = 400;

    private final Map<Fault, Counter> dropped = new EnumMap<>(Fault.class);
    private final BiConsumer<String, Message<?>> probes;

    private BusGate(MeterRegistry registry, BiConsumer<String, Message<?>> probes) {
        this.probes = probes;
        for (Fault fault : Fault.values()) {
            dropped.put(
                    fault,
                    Counter.builder("insula.bus.dropped")
                            .description("frames of other processes that were dropped")
                            .tag("fault", fault.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    /**
     * Puts the gate up; to be done before anything is deployed.
     *
     * @param probes takes each {@link Probe} that arrived, with the address that it arrived at
     */
    public static void install(Vertx vertx, MeterRegistry registry, BiConsumer<String, Message<?>> probes) {
        BusGate gate = new BusGate(registry, probes);
        vertx.eventBus()
                .clusterSerializableChecker(name -> false)
                .serializableChecker(name -> false)
                .addInboundInterceptor(gate::arrived);
        vertx.exceptionHandler(gate::uncaught);
    }

    private void arrived(DeliveryContext<Object> delivery) {
        Message<Object> message = delivery.message();
        if (message instanceof ClusteredMessage<?, ?> framed && framed.isFromWire() && !passes(message)) {
            return;
        }
        if (message.body() instanceof Probe) {
            probes.accept(message.address(), message);
            return;
        }
        delivery.next();
    }

    private boolean passes(Message<Object> message) {
        MessageCodec<?, ?> codec = ((MessageImpl<?, ?>) message).codec();
        Optional<Class<?>> expected = Addresses.bodyType(message.address());
        if (!(codec instanceof RecordCodec)) {
            boolean refusal = expected.isEmpty() && isReplyException(codec);
            if (!refusal) {
                drop(Fault.CODEC, message, "codec " + codec.name());
            }
            return refusal;
        }
        Object body;
        try {
            body = message.body();
        } catch (RuntimeException malformed) {
            // Whatever a decoder stumbles over, hostile bytes included, ends here.
            drop(Fault.MALFORMED, message, String.valueOf(malformed.getMessage()));
            refuse(message);
            return false;
        }
        boolean placed = body instanceof Probe
                || expected.map(type -> type.isInstance(body)).orElse(true);
        if (!placed) {
            drop(Fault.MISPLACED, message, body.getClass().getSimpleName());
            refuse(message);
        }
        return placed;
    }

    private static boolean isReplyException(MessageCodec<?, ?> codec) {
        return codec instanceof ReplyExceptionMessageCodec;
    }

    private static void refuse(Message<?> message) {
        if (message.replyAddress() != null) {
            message.fail(BAD_REQUEST, "not a message of this address");
        }
    }

    private void drop(Fault fault, Message<?> message, String what) {
        count(fault);
        log.warn("A frame to {} is dropped: {}", message.address(), what);
    }

    /** Bytes that are no frame make the bus's own connection stumble, which leaves the socket's handler. */
    private void uncaught(Throwable failure) {
        if (isOfInboundConnection(failure)) {
            count(Fault.GARBAGE);
            log.warn("Bytes on the event bus's port are no frame: {}", failure.toString());
        } else if (failure instanceof ReplyException) {
            log.warn("A reply that nobody waited for failed: {}", failure.getMessage());
        } else {
            log.error("Unhandled exception", failure);
        }
    }

    private static boolean isOfInboundConnection(Throwable failure) {
        for (StackTraceElement frame : failure.getStackTrace()) {
            if (frame.getClassName().endsWith("clustered.InboundConnection")) {
                return true;
            }
        }
        return false;
    }

    private void count(Fault fault) {
        Counter counter = dropped.get(fault);
        if (counter != null) {
            counter.increment();
        }
    }
}
