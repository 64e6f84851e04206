package io.insula.launcher;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The nodes of a cluster as a person reads them: one line a node, one more for each further model.
 *
 * @param nodes as {@code GET /v1.0/cluster} tells them
 */
record NodeTable(JsonArray nodes) {

    private static final int FINGERPRINT_END = 8;
    private static final List<String> HEAD = List.of(
            "NODE",
            "ROLES",
            "STATE",
            "ADDRESS",
            "VERSION",
            "UPTIME",
            "STREAMS",
            "MODEL",
            "FREE/SLOTS",
            "QUEUED",
            "TOK/S",
            "FINGERPRINT");

    String text() {
        List<List<String>> rows = new ArrayList<>(List.of(HEAD));
        for (int i = 0; i < nodes.size(); i++) {
            rows.addAll(rows(nodes.getJsonObject(i)));
        }
        int[] widths = new int[HEAD.size()];
        rows.forEach(row -> {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        });
        return rows.stream().map(row -> line(row, widths)).collect(Collectors.joining("\n"));
    }

    private static List<List<String>> rows(JsonObject node) {
        List<String> start = List.of(
                node.getString("node") + (node.getBoolean("self", false) ? " *" : ""),
                node.getJsonArray("roles").stream().map(String::valueOf).collect(Collectors.joining("+")),
                node.getString("state"),
                node.getString("address"),
                node.getString("version"),
                uptime(node.getLong("uptime_seconds")),
                node.containsKey("active_streams") ? String.valueOf(node.getInteger("active_streams")) : "-");
        JsonArray models = node.getJsonArray("models", new JsonArray());
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < Math.max(1, models.size()); i++) {
            List<String> row = new ArrayList<>(
                    i == 0 ? start : start.stream().map(cell -> "").toList());
            row.addAll(
                    models.isEmpty()
                            ? List.of("-", "-", "-", "-", "-")
                            : model(node.getString("node"), models.getJsonObject(i)));
            rows.add(row);
        }
        return rows;
    }

    private static List<String> model(String node, JsonObject model) {
        int speed = model.getInteger("tokens_per_second");
        return List.of(
                model.getString("model") + device(node, model.getString("engine", node)),
                model.getInteger("free_slots") + "/" + model.getInteger("slots"),
                String.valueOf(model.getInteger("queued_streams")),
                speed == 0 ? "-" : String.valueOf(speed),
                brief(model.getString("fingerprint")));
    }

    /** Which device of a node that has several. */
    private static String device(String node, String engine) {
        return engine.startsWith(node + "-") ? " on " + engine.substring(node.length() + 1) : "";
    }

    /** Enough to see which engines are alike. */
    private static String brief(String fingerprint) {
        int length = fingerprint.length();
        return length <= 2 * FINGERPRINT_END + 1
                ? fingerprint
                : fingerprint.substring(0, FINGERPRINT_END) + "…" + fingerprint.substring(length - FINGERPRINT_END);
    }

    private static String uptime(long seconds) {
        Duration up = Duration.ofSeconds(seconds);
        if (up.toDays() > 0) {
            return up.toDays() + "d" + up.toHoursPart() + "h";
        }
        return up.toHours() > 0
                ? up.toHours() + "h" + up.toMinutesPart() + "m"
                : up.toMinutes() + "m" + up.toSecondsPart() + "s";
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            line.append(row.get(column))
                    .append(" ".repeat(widths[column] - row.get(column).length() + 2));
        }
        return line.toString().stripTrailing();
    }
}
