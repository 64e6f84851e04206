package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.Mapping;
import io.insula.inference.text.jinja.Value.Sequence;
import io.insula.inference.text.jinja.Value.Undefined;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A function that gives what its body writes; names resolve where it was defined. */
final class Macro implements Callable {

    /** One parameter. */
    record Parameter(String name, @Nullable Expression fallback) {}

    /**
     * What a macro is in the source.
     *
     * @param takesMore whether the body reads {@code varargs}, so that more arguments may come than it has parameters
     * @param takesOther whether the body reads {@code kwargs}, so that arguments of other names may come
     * @param takesCaller whether the body reads {@code caller}
     */
    record Definition(
            String name,
            List<Parameter> parameters,
            Statement body,
            boolean takesMore,
            boolean takesOther,
            boolean takesCaller) {}

    private final Definition definition;
    private final Scope defined;

    Macro(Definition definition, Scope defined) {
        this.definition = definition;
        this.defined = defined;
    }

    String name() {
        return definition.name();
    }

    @Nullable
    Value attribute(String name) {
        return switch (name) {
            case "name" -> Text.template(definition.name());
            case "arguments" ->
                new Sequence(
                        definition.parameters().stream()
                                .<Value>map(parameter -> Text.template(parameter.name()))
                                .toList(),
                        true);
            case "catch_varargs" -> Bool.of(definition.takesMore());
            case "catch_kwargs" -> Bool.of(definition.takesOther());
            case "caller" -> Bool.of(definition.takesCaller());
            default -> null;
        };
    }

    @Override
    public Value call(Run run, Arguments arguments) {
        return run.callMacro(() -> {
            Scope scope = bind(run, arguments);
            return run.capture(() -> run.within(scope, () -> definition.body().execute(run)));
        });
    }

    private Scope bind(Run run, Arguments arguments) {
        Scope scope = defined.inner();
        List<Parameter> parameters = definition.parameters();
        Map<String, Value> others = new LinkedHashMap<>(arguments.named());
        Value caller = others.remove("caller");
        if (definition.takesCaller()) {
            scope.set("caller", caller == null ? new Undefined("no caller defined") : caller);
        } else if (caller != null) {
            throw new TemplateFault("macro '" + name() + "' takes no argument 'caller'");
        }
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            Value named = others.remove(parameter.name());
            if (named != null && i < arguments.size()) {
                throw new TemplateFault("macro '" + name() + "' got two values for '" + parameter.name() + "'");
            }
            Value given = i < arguments.size() ? arguments.positional().get(i) : named;
            Expression fallback = parameter.fallback();
            if (given == null && fallback != null) {
                given = run.within(scope, () -> fallback.evaluate(run));
            }
            scope.set(
                    parameter.name(),
                    given == null ? new Undefined("parameter '" + parameter.name() + "' was not provided") : given);
        }
        bindRest(scope, arguments, others);
        return scope;
    }

    private void bindRest(Scope scope, Arguments arguments, Map<String, Value> others) {
        int known = definition.parameters().size();
        if (definition.takesMore()) {
            scope.set("varargs", new Sequence(arguments.tail(known).positional(), true));
        } else if (arguments.size() > known) {
            throw new TemplateFault("macro '" + name() + "' takes not more than " + known + " argument(s)");
        }
        if (definition.takesOther()) {
            Map<Value, Value> entries = new LinkedHashMap<>();
            others.forEach((name, value) -> entries.put(Text.template(name), value));
            scope.set("kwargs", new Mapping(entries));
        } else if (!others.isEmpty()) {
            throw new TemplateFault("macro '" + name() + "' takes no argument '"
                    + others.keySet().iterator().next() + "'");
        }
    }
}
