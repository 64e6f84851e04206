package io.insula.launcher.cluster;

import java.io.ObjectInputFilter;
import java.util.Set;

/**
 * The classes that bytes of another process may bring to life: what members need to tell each other of failures, and
 * nothing else.
 *
 * <p>Java serialization is asked of the whole process, Hazelcast's own of what goes through its class loader.
 */
public final class AllowedClasses {

    private static final String HAZELCAST = "com.hazelcast.";

    /** What Vert.x keeps in Hazelcast. */
    private static final String VERTX = "io.vertx.spi.cluster.hazelcast.impl.Hazelcast";

    /** What a failure of another member is made of. */
    private static final Set<String> FAILURES = Set.of(
            "java.lang.Throwable",
            "java.lang.Exception",
            "java.lang.RuntimeException",
            "java.lang.Error",
            "java.lang.IllegalArgumentException",
            "java.lang.IllegalStateException",
            "java.lang.UnsupportedOperationException",
            "java.lang.NullPointerException",
            "java.lang.ClassCastException",
            "java.lang.SecurityException",
            "java.lang.InterruptedException",
            "java.lang.StackTraceElement",
            "java.lang.String",
            "java.io.IOException",
            "java.io.EOFException",
            "java.util.ArrayList",
            "java.util.Collections$EmptyList",
            "java.util.Collections$UnmodifiableCollection",
            "java.util.Collections$UnmodifiableList",
            "java.util.Collections$UnmodifiableRandomAccessList",
            "java.util.concurrent.CancellationException",
            "java.util.concurrent.ExecutionException",
            "java.util.concurrent.RejectedExecutionException",
            "java.util.concurrent.TimeoutException");

    /** What the halves of a cluster that fell apart tell each other before they become one again. */
    private static final Set<String> STATES = Set.of("java.lang.Enum", "com.hazelcast.cluster.ClusterState");

    private static final int MOST_DEPTH = 20;
    private static final int MOST_ELEMENTS = 4096;
    private static final long MOST_BYTES = 1 << 20;

    private AllowedClasses() {}

    static Set<String> failures() {
        return FAILURES;
    }

    static Set<String> states() {
        return STATES;
    }

    /**
     * Refuses, in the whole process and for good, every serialized Java object but the failures of members. A filter that
     * the JVM was started with stays.
     */
    public static void confineJavaSerialization() {
        if (ObjectInputFilter.Config.getSerialFilter() == null) {
            ObjectInputFilter.Config.setSerialFilter(AllowedClasses::check);
        }
    }

    /** The filter of {@link #confineJavaSerialization}. */
    static ObjectInputFilter.Status check(ObjectInputFilter.FilterInfo found) {
        if (found.depth() > MOST_DEPTH
                || found.arrayLength() > MOST_ELEMENTS
                || found.references() > MOST_ELEMENTS
                || found.streamBytes() > MOST_BYTES) {
            return ObjectInputFilter.Status.REJECTED;
        }
        Class<?> type = found.serialClass();
        if (type == null) {
            return ObjectInputFilter.Status.UNDECIDED;
        }
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        boolean failure = FAILURES.contains(element.getName())
                || (element.getName().startsWith(HAZELCAST) && Throwable.class.isAssignableFrom(element));
        return element.isPrimitive() || failure || STATES.contains(element.getName())
                ? ObjectInputFilter.Status.ALLOWED
                : ObjectInputFilter.Status.REJECTED;
    }

    /** What Hazelcast loads classes with whose names come from other members. */
    static ClassLoader loader() {
        return new ClassLoader("insula-cluster", AllowedClasses.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.startsWith(HAZELCAST)
                        || name.startsWith(VERTX)
                        || FAILURES.contains(name)
                        || STATES.contains(name)) {
                    return super.loadClass(name, resolve);
                }
                throw new ClassNotFoundException(name + " is not for other members to name");
            }
        };
    }
}
