package io.insula.launcher.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.spi.exception.CallerNotMemberException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedClassesTest {

    private static final class Mine implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    static Object[] failures() {
        return new Object[] {
            new IllegalStateException("a", new TimeoutException("b")),
            new CallerNotMemberException("c"),
            new HazelcastException("d", new IOException("e"))
        };
    }

    static Object[] others() {
        return new Object[] {
            new Mine(),
            new HashMap<>(Map.of("a", "b")),
            new PriorityQueue<>(),
            BigInteger.TEN,
            new ArrayList<>(List.of(new Mine())),
            new IllegalArgumentException("carrier", new ArrayStoreException("not on the list"))
        };
    }

    private static Object roundTrip(Object value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            in.setObjectInputFilter(AllowedClasses::check);
            return in.readObject();
        }
    }

    @ParameterizedTest
    @MethodSource("failures")
    void membersMayTellOfFailures(Throwable failure) throws Exception {
        assertThat(roundTrip(failure)).hasSameClassAs(failure).hasToString(failure.toString());
    }

    @ParameterizedTest
    @MethodSource("others")
    void nothingElseComesToLife(Object value) {
        assertThatThrownBy(() -> roundTrip(value)).isInstanceOf(InvalidClassException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.util.PriorityQueue",
                "java.lang.ProcessBuilder",
                "io.insula.launcher.Insula",
                "io.vertx.spi.cluster.hazelcast.impl.DataSerializableHolder"
            })
    void membersCannotNameOtherClasses(String name) {
        assertThatThrownBy(() -> AllowedClasses.loader().loadClass(name)).isInstanceOf(ClassNotFoundException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.hazelcast.cluster.Address",
                "io.vertx.spi.cluster.hazelcast.impl.HazelcastNodeInfo",
                "io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo",
                "java.lang.IllegalStateException"
            })
    void membersCanNameWhatTheyNeed(String name) throws Exception {
        assertThat(AllowedClasses.loader().loadClass(name)).hasToString("class " + name);
    }
}
