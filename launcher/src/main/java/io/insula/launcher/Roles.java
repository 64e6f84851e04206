package io.insula.launcher;

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
}
