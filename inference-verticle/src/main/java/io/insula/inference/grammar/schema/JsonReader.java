package io.insula.inference.grammar.schema;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON strictly, keeps the order of members and the exact value of numbers, and stops at the limits.
 *
 * <p><b>Errors:</b> {@link SchemaException} without keyword.
 *
 * <p><b>Source:</b> RFC 8259.
 */
public final class JsonReader {

    /** Beyond these, numbers cannot be written out. */
    private static final int MAX_SCALE = 400;

    private static final int MAX_DIGITS = 1000;

    private final String text;
    private final int maxDepth;
    private int nodesLeft;
    private int at;
    private int depth;

    private JsonReader(String text, SchemaLimits limits) {
        this.text = text;
        this.maxDepth = limits.maxDepth();
        this.nodesLeft = limits.maxNodes();
    }

    /** Reads a text that is one value. */
    public static JsonValue read(String text, SchemaLimits limits) {
        if (text.length() > limits.maxBytes()) {
            throw new SchemaException("#", "", "longer than " + limits.maxBytes() + " bytes");
        }
        JsonReader reader = new JsonReader(text, limits);
        JsonValue value = reader.value();
        reader.blank();
        if (reader.at < text.length()) {
            throw reader.error("more after the value");
        }
        return value;
    }

    private JsonValue value() {
        blank();
        if (--nodesLeft < 0) {
            throw new SchemaException("#", "", "has too many parts");
        }
        return switch (peek()) {
            case '{' -> members();
            case '[' -> array();
            case '"' -> new JsonValue.Text(string());
            case 't' -> literal("true", new JsonValue.Bool(true));
            case 'f' -> literal("false", new JsonValue.Bool(false));
            case 'n' -> literal("null", new JsonValue.Null());
            default -> number();
        };
    }

    private JsonValue members() {
        enter();
        Map<String, JsonValue> members = new LinkedHashMap<>();
        blank();
        if (peek() == '}') {
            at++;
        } else {
            do {
                blank();
                String name = string();
                blank();
                expect(':');
                if (members.put(name, value()) != null) {
                    throw error("the member '" + name + "' is there twice");
                }
                blank();
            } while (more('}'));
        }
        depth--;
        return new JsonValue.Members(members);
    }

    private JsonValue array() {
        enter();
        List<JsonValue> items = new ArrayList<>();
        blank();
        if (peek() == ']') {
            at++;
        } else {
            do {
                items.add(value());
                blank();
            } while (more(']'));
        }
        depth--;
        return new JsonValue.Array(items);
    }

    private void enter() {
        at++;
        if (++depth > maxDepth) {
            throw new SchemaException("#", "", "nested more than " + maxDepth + " deep");
        }
    }

    private boolean more(char end) {
        if (peek() == ',') {
            at++;
            return true;
        }
        expect(end);
        return false;
    }

    private JsonValue literal(String word, JsonValue value) {
        if (!text.startsWith(word, at)) {
            throw error("not a value");
        }
        at += word.length();
        return value;
    }

    private JsonValue number() {
        int from = at;
        if (peek() == '-') {
            at++;
        }
        int first = at;
        digits();
        if (at - first > 1 && text.charAt(first) == '0') {
            throw error("a number with a leading zero");
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        try {
            if (at - from > MAX_DIGITS) {
                throw error("a number of more than " + MAX_DIGITS + " digits");
            }
            BigDecimal value = new BigDecimal(text.substring(from, at)).stripTrailingZeros();
            if (Math.abs((long) value.scale()) > MAX_SCALE) {
                throw error("a number beyond 1e" + MAX_SCALE);
            }
            return new JsonValue.Numeral(value);
        } catch (NumberFormatException e) {
            throw error("a number beyond 1e" + MAX_SCALE);
        }
    }

    private void digits() {
        int from = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == from) {
            throw error("not a value");
        }
    }

    private String string() {
        expect('"');
        StringBuilder value = new StringBuilder();
        while (peek() != '"') {
            int c = peek();
            if (c < ' ') {
                throw error(c < 0 ? "a string without end" : "a control character in a string");
            }
            at++;
            value.append(c == '\\' ? escape() : (char) c);
        }
        at++;
        for (int i = 0; i < value.length(); i += Character.charCount(value.codePointAt(i))) {
            if (value.codePointAt(i) >= Character.MIN_SURROGATE && value.codePointAt(i) <= Character.MAX_SURROGATE) {
                throw error("half of a surrogate pair");
            }
        }
        return value.toString();
    }

    private char escape() {
        int c = peek();
        at++;
        int place = "\"\\/bfnrt".indexOf(c);
        if (place >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(place);
        }
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = c == 'u' && peek() >= 0 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw error("an unknown escape");
            }
            value = value * 16 + digit;
            at++;
        }
        return (char) value;
    }

    private void blank() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
            at++;
        }
    }

    private void expect(char c) {
        if (peek() != c) {
            throw error("'" + c + "' is missing");
        }
        at++;
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private SchemaException error(String what) {
        return new SchemaException("#", "", "not JSON: " + what + ", at character " + Math.min(at, text.length()));
    }
}
