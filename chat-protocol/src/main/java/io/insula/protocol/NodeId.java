package io.insula.protocol;

/**
 * Names one process (node) of a cluster; unique for the life of that process. Where a process has several devices, each of its
 * inference nodes has a name of its own.
 */
public record NodeId(String value) {

    private static final int MAX_LENGTH = 64;

    public NodeId {
        if (!value.matches("[A-Za-z0-9_-]{1," + MAX_LENGTH + "}")) {
            throw new IllegalArgumentException(
                    "node: '" + value + "' (expected: 1.." + MAX_LENGTH + " letters, digits, '-' or '_')");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
