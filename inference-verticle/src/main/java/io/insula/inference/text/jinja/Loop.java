package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Undefined;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The variable {@code loop} of one loop, as it is in one round. */
final class Loop {

    private Loop() {}

    static Value round(List<Value> items, int index, int depth) {
        int length = items.size();
        Map<String, Value> fields = new HashMap<>();
        fields.put("index0", new Int(index));
        fields.put("index", new Int(index + 1L));
        fields.put("revindex0", new Int(length - 1L - index));
        fields.put("revindex", new Int((long) length - index));
        fields.put("first", Bool.of(index == 0));
        fields.put("last", Bool.of(index == length - 1));
        fields.put("length", new Int(length));
        fields.put("depth", new Int(depth));
        fields.put("depth0", new Int(depth - 1L));
        fields.put("previtem", index > 0 ? items.get(index - 1) : new Undefined("there is no previous item"));
        fields.put("nextitem", index + 1 < length ? items.get(index + 1) : new Undefined("there is no next item"));
        fields.put("cycle", (Callable) (run, arguments) -> {
            if (arguments.size() == 0) {
                throw new TemplateFault("no items for cycling given");
            }
            return arguments.positional().get(index % arguments.size());
        });
        Namespace loop = new Namespace();
        loop.attributes().putAll(fields);
        return loop;
    }
}
