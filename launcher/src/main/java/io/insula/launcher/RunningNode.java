package io.insula.launcher;

import io.insula.launcher.cluster.Membership;
import io.insula.launcher.config.InsulaConfig;
import io.insula.protocol.NodeId;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What can be told of a node once it is up.
 *
 * @param database null where no HTTP is answered
 * @param port of the API; 0 where there is none
 * @param membership null outside a cluster
 */
record RunningNode(
        NodeId id,
        Roles roles,
        InsulaConfig config,
        @Nullable Database database,
        int port,
        int managementPort,
        @Nullable Membership membership) {

    /** What a person reads who started everything on one machine. */
    Banner banner() {
        Database open = Objects.requireNonNull(database, "a node without HTTP has no banner");
        return new Banner(
                baseUrl(open),
                open.shownKey().orElse(null),
                open.keyNote(),
                open.welcome().config().value(),
                open.configName(),
                config.model().value(),
                managementUrl());
    }

    /** One line of JSON for whoever started the process: who it is and where it is reached. */
    String readyLine() {
        JsonObject line = new JsonObject()
                .put("insula", "ready")
                .put("node", id.value())
                .put("pid", ProcessHandle.current().pid())
                .put("roles", new JsonArray(roles.names()))
                .put("management", managementUrl());
        if (database != null) {
            line.put("api", apiUrl())
                    .put("base_url", baseUrl(database))
                    .put("config", database.welcome().config().value().toString());
            database.welcome().newKey().ifPresent(key -> line.put("new_key", key));
        }
        if (membership != null) {
            String address = membership.place().address().getHostAddress();
            line.put("cluster", reachable(address) + ":" + membership.place().port())
                    .put("bus", reachable(address) + ":" + membership.place().busPort());
        }
        return line.encode();
    }

    private String apiUrl() {
        return "http://" + reachable(config.http().host()) + ":" + port;
    }

    private String baseUrl(Database open) {
        return apiUrl() + "/v1.0/tenants/" + open.welcome().tenant() + "/assistant/openai";
    }

    private String managementUrl() {
        return "http://" + reachable(config.management().host()) + ":" + managementPort;
    }

    /** A wildcard address is nothing a client can connect to. */
    private static String reachable(String host) {
        return switch (host) {
            case "0.0.0.0", "::", "[::]" -> "127.0.0.1";
            default -> host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        };
    }
}
