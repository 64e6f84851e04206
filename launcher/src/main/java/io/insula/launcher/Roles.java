package io.insula.launcher;

import java.util.ArrayList;
import java.util.List;

/** What a program does in its cluster. */
enum Roles {
    /** Answers HTTP. */
    API,
    /** Runs models. */
    INFERENCE,
    /** Both in one process. */
    BOTH;

    boolean api() {
        return this != INFERENCE;
    }

    boolean inference() {
        return this != API;
    }

    /** As other nodes and people read them. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        if (api()) {
            names.add("api");
        }
        if (inference()) {
            names.add("inference");
        }
        return names;
    }
}
