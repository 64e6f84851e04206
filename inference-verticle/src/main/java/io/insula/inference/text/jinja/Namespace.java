package io.insula.inference.text.jinja;

import java.util.HashMap;
import java.util.Map;

/** The one value that a template can change: attributes set inside loops and read after them. */
final class Namespace implements Value {

    private final Map<String, Value> attributes = new HashMap<>();

    Map<String, Value> attributes() {
        return attributes;
    }
}
