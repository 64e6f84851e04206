package io.insula.inference.grammar;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names of further members that an object has already. */
final class UsedNames {

    private final byte[] name;
    private final @Nullable UsedNames before;

    /**
     * Adds a name.
     *
     * @param name as it is spelled
     */
    UsedNames(byte[] name, @Nullable UsedNames before) {
        this.name = name;
        this.before = before;
    }

    /** The names, the last one first. */
    static List<byte[]> list(@Nullable UsedNames names) {
        List<byte[]> list = new ArrayList<>();
        for (UsedNames at = names; at != null; at = at.before) {
            list.add(at.name);
        }
        return list;
    }
}
