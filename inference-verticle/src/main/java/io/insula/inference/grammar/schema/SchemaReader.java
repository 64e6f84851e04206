package io.insula.inference.grammar.schema;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the schemas of a document, each once, and resolves their references.
 *
 * <p><b>Errors:</b> {@link SchemaException} for keywords whose values are wrong, references that lead nowhere and keywords
 * that are not supported. Unknown keywords are notes, as the specification says.
 *
 * <p><b>Source:</b> JSON Schema, draft 2020-12; {@code definitions}, {@code dependencies}, arrays of {@code items} and the
 * like as in the drafts before it.
 */
final class SchemaReader {

    private static final Set<String> UNSUPPORTED =
            Set.of("$dynamicRef", "$recursiveRef", "unevaluatedItems", "unevaluatedProperties", "extends", "disallow");

    private static final long MAX_POINTER_CHARACTERS = 10_000_000;

    private final JsonValue document;
    private final Map<String, SchemaNode> nodes = new HashMap<>();
    private final Map<String, String> anchors = new HashMap<>();
    private final String rootId;
    /** Read one after the other: chains of references may be longer than a stack is deep. */
    private final Deque<Runnable> unread = new ArrayDeque<>();

    private long pointerCharacters;

    SchemaReader(JsonValue document) {
        this.document = document;
        this.rootId =
                document instanceof JsonValue.Members root && root.members().get("$id") instanceof JsonValue.Text id
                        ? id.value().replaceFirst("#$", "")
                        : "";
        collectAnchors(document, new ArrayDeque<>());
    }

    private void collectAnchors(JsonValue value, Deque<String> path) {
        if (value instanceof JsonValue.Members object) {
            if (object.members().get("$anchor") instanceof JsonValue.Text anchor) {
                anchors.computeIfAbsent(
                        anchor.value(),
                        name -> counted("#" + String.join("", (Iterable<String>) path::descendingIterator)));
            }
            object.members().forEach((name, child) -> {
                if (!name.equals("const") && !name.equals("enum")) {
                    path.push("/" + Pointers.escape(name));
                    collectAnchors(child, path);
                    path.pop();
                }
            });
        } else if (value instanceof JsonValue.Array array) {
            for (int i = 0; i < array.items().size(); i++) {
                path.push("/" + i);
                collectAnchors(array.items().get(i), path);
                path.pop();
            }
        }
    }

    /** Long names deep in a document would fill memory with pointers. */
    private String counted(String pointer) {
        pointerCharacters += pointer.length();
        if (pointerCharacters > MAX_POINTER_CHARACTERS) {
            throw new SchemaException("#", "", "has too many long names");
        }
        return pointer;
    }

    /** The schema of the whole document, with everything that it reaches. */
    SchemaNode root() {
        SchemaNode root = node(document, "#");
        while (!unread.isEmpty()) {
            unread.remove().run();
        }
        return root;
    }

    private SchemaNode node(JsonValue value, String pointer) {
        SchemaNode known = nodes.get(pointer);
        if (known != null) {
            return known;
        }
        SchemaNode node = new SchemaNode(counted(pointer));
        nodes.put(pointer, node);
        switch (value) {
            case JsonValue.Bool bool -> node.never = !bool.value();
            case JsonValue.Members object -> unread.add(() -> read(node, object.members()));
            default -> throw new SchemaException(pointer, "", "is not a schema (expected: an object, true or false)");
        }
        return node;
    }

    private void read(SchemaNode node, Map<String, JsonValue> members) {
        members.forEach((keyword, value) -> {
            if (UNSUPPORTED.contains(keyword)) {
                throw node.error(keyword, "is not supported");
            }
            KeywordValue in = new KeywordValue(node.pointer, keyword, value);
            if (!ScalarKeywords.read(node, in)) {
                children(node, in, members);
            }
        });
        SchemaNode then = child(node, members, "then");
        SchemaNode otherwise = child(node, members, "else");
        SchemaNode when = child(node, members, "if");
        if (when != null && (then != null || otherwise != null)) {
            node.condition = new SchemaNode.Condition(when, then, otherwise);
        }
    }

    private void children(SchemaNode node, KeywordValue in, Map<String, JsonValue> members) {
        String keyword = in.keyword();
        switch (keyword) {
            case "$ref" -> {
                SchemaNode target = resolve(node, in.text());
                node.allOf.add(target);
                node.alias = members.size() == 1 ? target : null;
            }
            case "$id" -> {
                if (!node.pointer.equals("#") && !in.text().startsWith("#")) {
                    throw node.error(keyword, "is supported at the root only");
                }
            }
            case "allOf" -> node.allOf.addAll(list(node, in));
            case "anyOf" -> node.anyOf.add(list(node, in));
            case "oneOf" -> node.oneOf.addAll(list(node, in));
            case "not" -> node.nots.add(only(node, in));
            case "properties" -> node.properties.putAll(map(node, in));
            case "patternProperties" -> node.patternProperties.putAll(map(node, in));
            case "additionalProperties" -> node.additionalProperties = only(node, in);
            case "propertyNames" -> node.propertyNames = only(node, in);
            case "dependentSchemas" -> node.dependentSchemas.putAll(map(node, in));
            case "dependencies" -> dependencies(node, in);
            case "prefixItems" -> node.prefixItems.addAll(list(node, in));
            case "items" -> {
                if (in.value() instanceof JsonValue.Array) {
                    node.prefixItems.addAll(list(node, in));
                } else {
                    node.items = only(node, in);
                }
            }
            case "additionalItems" -> {
                if (members.get("items") instanceof JsonValue.Array) {
                    node.items = only(node, in);
                }
            }
            case "contains" -> node.contains = only(node, in);
            default -> {}
        }
    }

    private void dependencies(SchemaNode node, KeywordValue in) {
        in.members().forEach((name, value) -> {
            if (value instanceof JsonValue.Array) {
                node.dependentRequired.put(name, new KeywordValue(node.pointer, in.keyword(), value).texts());
            } else {
                node.dependentSchemas.put(name, node(value, pointer(node, in) + "/" + Pointers.escape(name)));
            }
        });
    }

    private @Nullable SchemaNode child(SchemaNode node, Map<String, JsonValue> members, String keyword) {
        JsonValue value = members.get(keyword);
        return value == null ? null : only(node, new KeywordValue(node.pointer, keyword, value));
    }

    private static String pointer(SchemaNode node, KeywordValue in) {
        return node.pointer + "/" + in.keyword();
    }

    private SchemaNode only(SchemaNode node, KeywordValue in) {
        return node(in.value(), pointer(node, in));
    }

    private List<SchemaNode> list(SchemaNode node, KeywordValue in) {
        List<SchemaNode> list = new ArrayList<>();
        for (JsonValue value : in.list()) {
            list.add(node(value, pointer(node, in) + "/" + list.size()));
        }
        if (list.isEmpty() && !in.keyword().equals("items")) {
            throw in.wrong("at least one schema");
        }
        return list;
    }

    private Map<String, SchemaNode> map(SchemaNode node, KeywordValue in) {
        Map<String, SchemaNode> map = new java.util.LinkedHashMap<>();
        in.members()
                .forEach((name, value) -> map.put(name, node(value, pointer(node, in) + "/" + Pointers.escape(name))));
        return map;
    }

    private SchemaNode resolve(SchemaNode from, String reference) {
        int hash = reference.indexOf('#');
        String base = hash < 0 ? reference : reference.substring(0, hash);
        if (!base.isEmpty() && !base.equals(rootId)) {
            throw from.error("$ref", "refers to '" + reference + "', outside the schema, which is not supported");
        }
        String fragment = hash < 0 ? "" : Pointers.percentDecoded(reference.substring(hash + 1));
        String pointer = fragment.isEmpty() || fragment.startsWith("/") ? "#" + fragment : anchors.get(fragment);
        JsonValue target = pointer == null ? null : Pointers.find(document, pointer);
        if (target == null || pointer == null) {
            throw from.error("$ref", "refers to '" + reference + "', which is not in the schema");
        }
        return node(target, pointer);
    }
}
