package io.insula.inference.grammar;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names of further members that an object has already.
 *
 * @param name as it is spelled
 * @param before the names before it
 */
record UsedNames(byte[] name, @Nullable UsedNames before) {

    /** All names that begin with a byte, or all. */
    static List<byte[]> list(@Nullable UsedNames names) {
        List<byte[]> list = new ArrayList<>();
        for (UsedNames at = names; at != null; at = at.before) {
            list.add(at.name);
        }
        return list;
    }
}
