package io.insula.inference.schedule;

/** What a scheduler is measured by at any moment. */
final class SchedulerGauges {

    private SchedulerGauges() {}

    static void register(SchedulerMeters meters, StepLoop loop, QueueSpace space) {
        meters.gauge(
                "insula.inference.slots.active",
                "slots in use",
                () -> loop.load().heldSlots());
        meters.gauge("insula.inference.queue.streams", "streams that wait for a slot", space::streams);
        meters.gauge("insula.inference.queue.tokens", "prompt and answer tokens that wait for a slot", space::tokens);
        meters.gauge(
                "insula.inference.prefix.bytes",
                "memory of cached prompts",
                () -> loop.load().prefixBytes());
        meters.gauge(
                "insula.inference.preempted.bytes",
                "memory of choices that wait for a slot with a copy of their keys and values",
                () -> loop.load().parkedBytes());
        meters.gauge(
                "insula.inference.engine.stalled",
                "1 while a step of the engine hangs",
                () -> loop.stalls().stalled() ? 1 : 0);
        meters.gauge(
                "insula.inference.fairness.spread",
                "difference of service between the waiting tenants served most and least",
                () -> loop.load().serviceSpread());
    }
}
