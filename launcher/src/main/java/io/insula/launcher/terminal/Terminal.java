package io.insula.launcher.terminal;

import java.io.Console;

/** The terminal that the program was started from, if it was. */
public final class Terminal {

    private Terminal() {}

    /** Progress on standard error: bars when a person looks, plain lines when a file or a pipe does. */
    // This is the command line; and without a terminal there is no console, whatever the check believes.
    @SuppressWarnings({"checkstyle:RegexpSinglelineJava", "SystemConsoleNull"})
    public static Progress progress() {
        Console console = System.console();
        return Progress.to(System.err, console != null && console.isTerminal());
    }
}
