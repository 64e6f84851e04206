package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Statement.Flow;
import io.insula.inference.text.jinja.Token.Kind;
import io.insula.inference.text.jinja.Value.None;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses a template's statements, into closures that execute them. */
final class StatementParser {

    private static final String STATEMENTS =
            "if, for, set, macro, call, filter, with, block, generation, break, continue, raw";

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final LoopParser loops;
    private final MacroParser macros;

    StatementParser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
        this.loops = new LoopParser(tokens, expressions, this);
        this.macros = new MacroParser(tokens, expressions, this);
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
            case "for" -> loops.parseFor(name);
            case "set" -> parseSet(name);
            case "macro" -> macros.parseMacro(name);
            case "call" -> macros.parseCall(name);
            case "filter" -> parseFilterBlock(name);
            case "with" -> parseWith(name);
            case "block" -> parseNamedBlock(name);
            case "generation" -> parseBody(name, "endgeneration");
            case "break" -> loops.parseJump(name, Flow.BREAK);
            case "continue" -> loops.parseJump(name, Flow.CONTINUE);
            case "include", "import", "from", "extends" ->
                throw tokens.error(
                        name, "'" + name.text() + "' is refused: a chat template cannot read other templates");
            default ->
                throw tokens.error(
                        name, "unknown statement '" + name.text() + "' (expected: one of " + STATEMENTS + ")");
        };
    }

    void endBlock() {
        tokens.expect(Kind.BLOCK_END, "'%}'");
    }

    /** The rest of an opening tag, the statements after it, and the tag that ends them. */
    Statement parseBody(Token opening, String end) {
        endBlock();
        Statement body = parseUntil(opening, Set.of(end));
        tokens.next();
        endBlock();
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
        return tokens.located(name, run -> {
            for (int i = 0; i < tests.size(); i++) {
                run.step();
                if (Operations.truth(tests.get(i).evaluate(run))) {
                    return branches.get(i).execute(run);
                }
            }
            return last.execute(run);
        });
    }

    /** One target, or several with commas between them. */
    Target parseTargets(boolean attributes) {
        List<Target> targets = new ArrayList<>();
        boolean several = false;
        do {
            if (!targets.isEmpty() && !startsTarget(tokens.peek())) {
                break;
            }
            targets.add(parseTarget(attributes));
            several |= tokens.peek().isOperator(",");
        } while (tokens.skipOperator(","));
        return several ? new Target.Unpacked(targets) : targets.getFirst();
    }

    private static boolean startsTarget(Token token) {
        return token.isOperator("(")
                || (token.kind() == Kind.NAME && !token.text().equals("in"));
    }

    private Target parseTarget(boolean attributes) {
        if (tokens.skipOperator("(")) {
            tokens.enter();
            Target inner = parseTargets(attributes);
            tokens.leave();
            tokens.expectOperator(")");
            return inner;
        }
        String name = tokens.expect(Kind.NAME, "a name").text();
        return attributes && tokens.skipOperator(".")
                ? new Target.Attribute(
                        name, tokens.expect(Kind.NAME, "an attribute's name").text())
                : new Target.Name(name);
    }

    private Statement parseSet(Token name) {
        Target target = parseTargets(true);
        if (tokens.skipOperator("=")) {
            Expression value = expressions.parseTuple();
            endBlock();
            return tokens.located(name, run -> {
                run.step();
                target.bind(run, run.scope(), value.evaluate(run));
                return Flow.NEXT;
            });
        }
        Expression value = parseCaptured(name, "endset");
        return doing(name, run -> target.bind(run, run.scope(), value.evaluate(run)));
    }

    /** What a block writes, after the filters that its opening tag names. */
    private Expression parseCaptured(Token name, String end) {
        Expression[] captured = {run -> None.NONE};
        Expression filtered = run -> captured[0].evaluate(run);
        boolean first = name.text().equals("filter");
        while (first || tokens.skipOperator("|")) {
            filtered = expressions.parseFilter(filtered);
            first = false;
        }
        Statement body = parseBody(name, end);
        captured[0] = run -> run.capture(() -> run.within(run.scope().inner(), () -> body.execute(run)));
        return filtered;
    }

    private Statement parseFilterBlock(Token name) {
        Expression value = parseCaptured(name, "endfilter");
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
        return tokens.located(name, run -> {
            Scope scope = run.scope().inner();
            values.forEach((target, value) -> scope.set(target, value.evaluate(run)));
            return run.within(scope, () -> body.execute(run));
        });
    }

    /** A block that nothing can override, because templates cannot extend each other. */
    private Statement parseNamedBlock(Token name) {
        String block = tokens.expect(Kind.NAME, "a block's name").text();
        endBlock();
        Statement body = parseUntil(name, Set.of("endblock"));
        tokens.next();
        if (tokens.peek().isName(block)) {
            tokens.next();
        }
        endBlock();
        return run -> run.within(run.scope().inner(), () -> body.execute(run));
    }

    private interface Action {
        void execute(Run run);
    }

    private Statement doing(Token token, Action action) {
        return tokens.located(token, run -> {
            action.execute(run);
            return Flow.NEXT;
        });
    }
}
