package io.insula.inference.grammar.schema;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * JSON Pointers, as fragments.
 *
 * <p><b>Source:</b> RFC 6901.
 */
final class Pointers {

    private Pointers() {}

    static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    static String percentDecoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            int high = i + 2 < bytes.length && bytes[i] == '%' ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low >= 0) {
                out.write(high * 16 + low);
                i += 2;
            } else {
                out.write(bytes[i]);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** The value at a pointer that begins with {@code #}; null where there is none. */
    static @Nullable JsonValue find(JsonValue document, String pointer) {
        JsonValue at = document;
        int from = 1;
        while (from < pointer.length() && at != null) {
            int end = pointer.indexOf('/', from + 1);
            if (end < 0) {
                end = pointer.length();
            }
            String name = pointer.substring(from + 1, end).replace("~1", "/").replace("~0", "~");
            at = switch (at) {
                case JsonValue.Members object -> object.members().get(name);
                case JsonValue.Array array ->
                    name.matches("0|[1-9][0-9]{0,8}")
                                    && Integer.parseInt(name) < array.items().size()
                            ? array.items().get(Integer.parseInt(name))
                            : null;
                default -> null;
            };
            from = end;
        }
        return at;
    }
}
