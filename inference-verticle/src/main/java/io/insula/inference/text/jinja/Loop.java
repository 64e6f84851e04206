package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Int;
import io.insula.inference.text.jinja.Value.Undefined;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}: where a loop is among its items. Called, it runs a recursive loop's body over other items. */
final class Loop implements Callable {

    /** A recursive loop over other items, one level deeper: what it writes. */
    @FunctionalInterface
    interface Recursion {
        Value over(Run run, Value items, int depth);
    }

    private final List<Value> items;
    private final int depth;
    private final @Nullable Recursion recursion;
    private int index;
    private @Nullable List<Value> lastSeen;

    /**
     * @param depth 1 for a loop that no recursion began
     * @param recursion null for a loop that is not recursive
     */
    Loop(List<Value> items, int depth, @Nullable Recursion recursion) {
        this.items = items;
        this.depth = depth;
        this.recursion = recursion;
    }

    void moveTo(int round) {
        index = round;
    }

    @Override
    public Value call(Run run, Arguments arguments) {
        if (recursion == null) {
            throw new TemplateFault("the loop is not recursive: only one declared with 'recursive' can be called");
        }
        return recursion.over(run, arguments.require(0, "iterable"), depth + 1);
    }

    @Nullable
    Value attribute(String name) {
        int length = items.size();
        return switch (name) {
            case "index0" -> new Int(index);
            case "index" -> new Int(index + 1L);
            case "revindex0" -> new Int(length - 1L - index);
            case "revindex" -> new Int((long) length - index);
            case "first" -> Bool.of(index == 0);
            case "last" -> Bool.of(index == length - 1);
            case "length" -> new Int(length);
            case "depth" -> new Int(depth);
            case "depth0" -> new Int(depth - 1L);
            case "previtem" -> index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
            case "nextitem" -> index + 1 < length ? items.get(index + 1) : new Undefined("there is no next item");
            case "cycle" -> (Callable) (run, arguments) -> cycle(arguments);
            case "changed" -> (Callable) (run, arguments) -> changed(arguments);
            default -> null;
        };
    }

    private Value cycle(Arguments arguments) {
        if (arguments.size() == 0) {
            throw new TemplateFault("no items for cycling given");
        }
        return arguments.positional().get(index % arguments.size());
    }

    private Value changed(Arguments arguments) {
        List<Value> before = lastSeen;
        List<Value> now = arguments.positional();
        lastSeen = now;
        if (before == null || before.size() != now.size()) {
            return Bool.TRUE;
        }
        for (int i = 0; i < now.size(); i++) {
            if (!Operations.same(before.get(i), now.get(i))) {
                return Bool.TRUE;
            }
        }
        return Bool.FALSE;
    }
}
