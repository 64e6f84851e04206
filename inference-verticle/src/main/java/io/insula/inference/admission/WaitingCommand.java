package io.insula.inference.admission;

import io.insula.protocol.GenerateCommand;

/** A command whose model is being loaded, and whether anybody still waits for it. */
final class WaitingCommand {

    private final GenerateCommand command;
    private final long arrivedNanos;
    private boolean gone;

    WaitingCommand(GenerateCommand command, long arrivedNanos) {
        this.command = command;
        this.arrivedNanos = arrivedNanos;
    }

    GenerateCommand command() {
        return command;
    }

    long arrivedNanos() {
        return arrivedNanos;
    }

    boolean gone() {
        return gone;
    }

    void leave() {
        gone = true;
    }
}
