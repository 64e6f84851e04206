package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Statement.Flow;
import io.insula.inference.text.jinja.Token.Kind;
import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.None;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses a template's statements, into closures that execute them. */
final class StatementParser {

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private int loops;

    StatementParser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    /** Statements up to a tag that has one of these names, which is then the next token; or up to the template's end. */
    Statement parseUntil(Token opening, Set<String> ends) {
        tokens.enter();
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> {
                    Text text = Text.template(token.text());
                    statements.add(doing(token, run -> run.write(text)));
                }
                case VARIABLE_BEGIN -> {
                    Expression value = expressions.parseTuple();
                    tokens.expect(Kind.VARIABLE_END, "'}}'");
                    statements.add(doing(token, run -> run.write(Printer.str(value.evaluate(run)))));
                }
                case BLOCK_BEGIN -> {
                    if (tokens.peek().kind() == Kind.NAME
                            && ends.contains(tokens.peek().text())) {
                        tokens.leave();
                        return sequence(statements);
                    }
                    statements.add(parseBlock());
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw tokens.error(opening, "'" + opening.text() + "' without end");
                    }
                    tokens.leave();
                    return sequence(statements);
                }
            }
        }
    }

    private static Statement sequence(List<Statement> statements) {
        Statement[] all = statements.toArray(Statement[]::new);
        return run -> {
            for (Statement statement : all) {
                Flow flow = statement.execute(run);
                if (flow != Flow.NEXT) {
                    return flow;
                }
            }
            return Flow.NEXT;
        };
    }

    private Statement parseBlock() {
        Token name = tokens.expect(Kind.NAME, "a statement");
        return switch (name.text()) {
            case "if" -> parseIf(name);
            case "for" -> parseFor(name);
            case "set" -> parseSet(name);
            case "macro" -> parseMacro(name);
            case "call" -> parseCall(name);
            case "filter" -> parseFilterBlock(name);
            case "with" -> parseWith(name);
            case "generation" -> parseGeneration(name);
            case "break" -> parseJump(name, Flow.BREAK);
            case "continue" -> parseJump(name, Flow.CONTINUE);
            default -> throw tokens.error(name, "unknown statement '" + name.text() + "'");
        };
    }

    private void endBlock() {
        tokens.expect(Kind.BLOCK_END, "'%}'");
    }

    private Statement parseBody(Token opening, String end) {
        endBlock();
        Statement body = parseUntil(opening, Set.of(end));
        tokens.next();
        return body;
    }

    private Statement parseIf(Token name) {
        List<Expression> tests = new ArrayList<>();
        List<Statement> branches = new ArrayList<>();
        Statement otherwise = run -> Flow.NEXT;
        while (true) {
            tests.add(expressions.parseTuple());
            endBlock();
            branches.add(parseUntil(name, Set.of("elif", "else", "endif")));
            if (tokens.skipName("elif")) {
                continue;
            }
            if (tokens.skipName("else")) {
                endBlock();
                otherwise = parseUntil(name, Set.of("endif"));
            }
            tokens.expectName("endif");
            endBlock();
            break;
        }
        Statement last = otherwise;
        return located(name, (run) -> {
            for (int i = 0; i < tests.size(); i++) {
                run.step();
                if (Operations.truth(tests.get(i).evaluate(run))) {
                    return branches.get(i).execute(run);
                }
            }
            return last.execute(run);
        });
    }

    private Statement parseFor(Token name) {
        List<String> targets = new ArrayList<>();
        boolean parenthesis = tokens.skipOperator("(");
        do {
            targets.add(tokens.expect(Kind.NAME, "a loop variable").text());
        } while (tokens.skipOperator(","));
        if (parenthesis) {
            tokens.expectOperator(")");
        }
        tokens.expectName("in");
        Expression iterable = expressions.parseTuple(false);
        Expression filter = tokens.skipName("if") ? expressions.parse() : run -> Bool.TRUE;
        if (tokens.peek().isName("recursive")) {
            throw tokens.error(tokens.peek(), "recursive loops are not supported");
        }
        endBlock();
        loops++;
        int depth = loops;
        Statement body = parseUntil(name, Set.of("else", "endfor"));
        loops--;
        Statement otherwise = run -> Flow.NEXT;
        if (tokens.skipName("else")) {
            endBlock();
            otherwise = parseUntil(name, Set.of("endfor"));
        }
        tokens.expectName("endfor");
        endBlock();
        Statement empty = otherwise;
        return located(name, run -> {
            List<Value> items = filtered(run, targets, Operations.items(iterable.evaluate(run)), filter);
            if (items.isEmpty()) {
                return run.within(run.scope().inner(), () -> empty.execute(run));
            }
            for (int i = 0; i < items.size(); i++) {
                run.step();
                Scope scope = run.scope().inner();
                scope.set("loop", Loop.round(items, i, depth));
                bind(scope, targets, items.get(i));
                if (run.within(scope, () -> body.execute(run)) == Flow.BREAK) {
                    break;
                }
            }
            return Flow.NEXT;
        });
    }

    private static List<Value> filtered(Run run, List<String> targets, List<Value> items, Expression filter) {
        List<Value> kept = new ArrayList<>(items.size());
        for (Value item : items) {
            run.step();
            Scope scope = run.scope().inner();
            bind(scope, targets, item);
            if (run.within(scope, () -> Operations.truth(filter.evaluate(run)))) {
                kept.add(item);
            }
        }
        return kept;
    }

    private static void bind(Scope scope, List<String> targets, Value value) {
        if (targets.size() == 1) {
            scope.set(targets.getFirst(), value);
            return;
        }
        List<Value> parts = Operations.items(value);
        if (parts.size() != targets.size()) {
            throw new TemplateFault(parts.size() + " values for " + targets.size() + " names");
        }
        for (int i = 0; i < parts.size(); i++) {
            scope.set(targets.get(i), parts.get(i));
        }
    }

    private Statement parseSet(Token name) {
        String first = tokens.expect(Kind.NAME, "a name").text();
        if (tokens.skipOperator(".")) {
            String attribute = tokens.expect(Kind.NAME, "an attribute's name").text();
            return parseAssignment(name, (run, value) -> setAttribute(run, first, attribute, value));
        }
        List<String> targets = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")) {
            targets.add(tokens.expect(Kind.NAME, "a name").text());
        }
        return parseAssignment(name, (run, value) -> bind(run.scope(), targets, value));
    }

    private interface Assignment {
        void assign(Run run, Value value);
    }

    private static void setAttribute(Run run, String target, String attribute, Value value) {
        if (!(run.scope().get(target) instanceof Namespace namespace)) {
            throw new TemplateFault("cannot set attribute '" + attribute + "' of '" + target
                    + "': only a namespace has attributes that can be set");
        }
        namespace.attributes().put(attribute, value);
    }

    private Statement parseAssignment(Token name, Assignment assignment) {
        if (tokens.skipOperator("=")) {
            Expression value = expressions.parseTuple();
            endBlock();
            return located(name, run -> {
                run.step();
                assignment.assign(run, value.evaluate(run));
                return Flow.NEXT;
            });
        }
        Expression[] captured = {run -> None.NONE};
        Expression filtered = run -> captured[0].evaluate(run);
        while (tokens.skipOperator("|")) {
            filtered = expressions.parseFilter(filtered);
        }
        Statement body = parseBody(name, "endset");
        endBlock();
        captured[0] = run -> run.capture(() -> run.within(run.scope().inner(), () -> body.execute(run)));
        Expression value = filtered;
        return located(name, run -> {
            assignment.assign(run, value.evaluate(run));
            return Flow.NEXT;
        });
    }

    private record Parameter(String name, @Nullable Expression fallback) {}

    private List<Parameter> parseParameters() {
        List<Parameter> parameters = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            String parameter = tokens.expect(Kind.NAME, "a parameter's name").text();
            parameters.add(new Parameter(parameter, tokens.skipOperator("=") ? expressions.parse() : null));
            if (!tokens.peek().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return parameters;
    }

    private Statement parseMacro(Token name) {
        String macro = tokens.expect(Kind.NAME, "a macro's name").text();
        List<Parameter> parameters = parseParameters();
        Statement body = parseBody(name, "endmacro");
        endBlock();
        return located(name, run -> {
            run.scope().set(macro, macro(run.scope(), macro, parameters, body));
            return Flow.NEXT;
        });
    }

    /** A function that gives what its body writes; names resolve where it was defined. */
    private static Callable macro(Scope defined, String name, List<Parameter> parameters, Statement body) {
        return (run, arguments) -> run.callMacro(() -> {
            Scope scope = defined.inner();
            if (arguments.size() > parameters.size()) {
                throw new TemplateFault(
                        "macro '" + name + "' takes not more than " + parameters.size() + " argument(s)");
            }
            Map<String, Value> named = new LinkedHashMap<>(arguments.named());
            Value caller = named.remove("caller");
            if (caller != null) {
                scope.set("caller", caller);
            }
            for (int i = 0; i < parameters.size(); i++) {
                Parameter parameter = parameters.get(i);
                Value given = arguments.find(i, parameter.name());
                named.remove(parameter.name());
                Expression fallback = parameter.fallback();
                if (given == null && fallback != null) {
                    given = run.within(scope, () -> fallback.evaluate(run));
                }
                scope.set(
                        parameter.name(),
                        given == null
                                ? new Value.Undefined("parameter '" + parameter.name() + "' was not provided")
                                : given);
            }
            if (!named.isEmpty()) {
                throw new TemplateFault("macro '" + name + "' takes no argument '"
                        + named.keySet().iterator().next() + "'");
            }
            return run.capture(() -> run.within(scope, () -> body.execute(run)));
        });
    }

    private Statement parseCall(Token name) {
        List<Parameter> parameters = tokens.peek().isOperator("(") ? parseParameters() : List.of();
        Token function = tokens.expect(Kind.NAME, "a macro's name");
        ArgumentList arguments = expressions.parseArguments();
        Statement body = parseBody(name, "endcall");
        endBlock();
        return located(name, run -> {
            Value callee = Operations.defined(run.scope().get(function.text()));
            if (!(callee instanceof Callable callable)) {
                throw new TemplateFault(Operations.kind(callee) + " is not callable");
            }
            Arguments given = arguments.evaluate(run);
            Map<String, Value> named = new LinkedHashMap<>(given.named());
            named.put("caller", macro(run.scope(), "caller", parameters, body));
            run.write(Printer.str(callable.call(run, new Arguments(given.positional(), named))));
            return Flow.NEXT;
        });
    }

    private Statement parseFilterBlock(Token name) {
        Expression[] captured = {run -> None.NONE};
        Expression filtered = expressions.parseFilter(run -> captured[0].evaluate(run));
        while (tokens.skipOperator("|")) {
            filtered = expressions.parseFilter(filtered);
        }
        Statement body = parseBody(name, "endfilter");
        endBlock();
        captured[0] = run -> run.capture(() -> run.within(run.scope().inner(), () -> body.execute(run)));
        Expression value = filtered;
        return doing(name, run -> run.write(Printer.str(value.evaluate(run))));
    }

    private Statement parseWith(Token name) {
        Map<String, Expression> values = new LinkedHashMap<>();
        while (tokens.peek().kind() == Kind.NAME) {
            String target = tokens.next().text();
            tokens.expectOperator("=");
            values.put(target, expressions.parse());
            tokens.skipOperator(",");
        }
        Statement body = parseBody(name, "endwith");
        endBlock();
        return located(name, run -> {
            Scope scope = run.scope().inner();
            values.forEach((target, value) -> scope.set(target, value.evaluate(run)));
            return run.within(scope, () -> body.execute(run));
        });
    }

    /** Marks the assistant's own tokens for training; here only its content matters. */
    private Statement parseGeneration(Token name) {
        Statement body = parseBody(name, "endgeneration");
        endBlock();
        return body;
    }

    private Statement parseJump(Token name, Flow flow) {
        if (loops == 0) {
            throw tokens.error(name, "'" + name.text() + "' outside a loop");
        }
        endBlock();
        return run -> flow;
    }

    private interface Action {
        void execute(Run run);
    }

    private Statement doing(Token token, Action action) {
        return located(token, run -> {
            action.execute(run);
            return Flow.NEXT;
        });
    }

    private Statement located(Token token, Statement statement) {
        Source source = tokens.source();
        return run -> {
            try {
                return statement.execute(run);
            } catch (TemplateFault fault) {
                throw source.error(token.offset(), fault.what());
            }
        };
    }
}
