package io.insula.djl.tensorrt.host;

/** What a search for libraries came to: they are there, or a sentence says what is missing. */
public sealed interface Search permits HostLibraries, MissingLibraries {

    /** Searches a machine for the libraries that a line of the bindings needs. */
    static Search on(Machine machine, LibraryLine line) {
        return new LibrarySearch(machine, line).run();
    }
}
