package io.insula.api.dispatch;

import io.insula.protocol.NodeId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known of nodes, the newest of them: a node that comes back is a new one, so old ones are forgotten. */
final class RecentNodes<V> {

    private static final int MOST = 256;

    private final Map<NodeId, V> values = new LinkedHashMap<>();

    @Nullable
    V get(NodeId node) {
        return values.get(node);
    }

    void put(NodeId node, V value) {
        values.remove(node);
        values.put(node, value);
        if (values.size() > MOST) {
            values.remove(values.keySet().iterator().next());
        }
    }
}
