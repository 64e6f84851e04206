package io.insula.inference.text.jinja;

import java.util.List;

/** What a loop or an assignment gives a value to. */
sealed interface Target {

    /** Sets the value, names in the given scope. */
    void bind(Run run, Scope scope, Value value);

    /** A name. */
    record Name(String name) implements Target {
        @Override
        public void bind(Run run, Scope scope, Value value) {
            scope.set(name, value);
        }
    }

    /** An attribute of a namespace. */
    record Attribute(String name, String attribute) implements Target {
        @Override
        public void bind(Run run, Scope scope, Value value) {
            if (!(run.scope().get(name) instanceof Namespace namespace)) {
                throw new TemplateFault("cannot set attribute '" + attribute + "' of '" + name
                        + "': only a namespace has attributes that can be set");
            }
            namespace.attributes().put(attribute, value);
        }
    }

    /** Several, each for one item of the value. */
    record Unpacked(List<Target> targets) implements Target {
        @Override
        public void bind(Run run, Scope scope, Value value) {
            List<Value> parts = Operations.items(Operations.defined(value));
            if (parts.size() != targets.size()) {
                throw new TemplateFault(parts.size() + " values for " + targets.size() + " names");
            }
            for (int i = 0; i < parts.size(); i++) {
                targets.get(i).bind(run, scope, parts.get(i));
            }
        }
    }
}
