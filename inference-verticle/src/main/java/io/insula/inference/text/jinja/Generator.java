package io.insula.inference.text.jinja;

import java.util.List;

/** What a lazy filter gives, as Python's generators: true, without length or elements, and empty once it was read. */
final class Generator implements Value {

    private List<Value> items;

    Generator(List<? extends Value> items) {
        this.items = List.copyOf(items);
    }

    List<Value> take() {
        List<Value> taken = items;
        items = List.of();
        return taken;
    }

    long weight() {
        long weight = 0;
        for (Value item : items) {
            weight += Value.weight(item);
        }
        return weight;
    }
}
