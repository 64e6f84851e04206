package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Statement.Flow;
import io.insula.inference.text.jinja.Value.Bool;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses loops and the jumps inside them. */
final class LoopParser {

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final StatementParser statements;
    private int loops;

    LoopParser(TokenStream tokens, ExpressionParser expressions, StatementParser statements) {
        this.tokens = tokens;
        this.expressions = expressions;
        this.statements = statements;
    }

    Statement parseFor(Token name) {
        Target target = statements.parseTargets(false);
        tokens.expectName("in");
        Expression iterable = expressions.parseTuple(false);
        Expression filter = tokens.skipName("if") ? expressions.parse() : run -> Bool.TRUE;
        boolean recursive = tokens.skipName("recursive");
        statements.endBlock();
        loops++;
        Statement body = statements.parseUntil(name, Set.of("else", "endfor"));
        loops--;
        Statement otherwise = run -> Flow.NEXT;
        if (tokens.skipName("else")) {
            statements.endBlock();
            otherwise = statements.parseUntil(name, Set.of("endfor"));
        }
        tokens.expectName("endfor");
        statements.endBlock();
        Rounds rounds = new Rounds(target, filter, body, otherwise, recursive);
        return tokens.located(name, run -> {
            rounds.execute(run, iterable.evaluate(run), 1);
            return Flow.NEXT;
        });
    }

    Statement parseJump(Token name, Flow flow) {
        if (loops == 0) {
            throw tokens.error(name, "'" + name.text() + "' outside a loop");
        }
        statements.endBlock();
        return run -> flow;
    }

    /** A loop without what it runs over. */
    private record Rounds(Target target, Expression filter, Statement body, Statement otherwise, boolean recursive) {

        void execute(Run run, Value iterable, int depth) {
            List<Value> items = filtered(run, Operations.items(iterable));
            if (items.isEmpty()) {
                run.within(run.scope().inner(), () -> otherwise.execute(run));
                return;
            }
            Scope around = run.scope();
            Loop loop =
                    new Loop(items, depth, recursive ? (r, inner, level) -> recurse(r, around, inner, level) : null);
            for (int i = 0; i < items.size(); i++) {
                run.step();
                Scope scope = around.inner();
                loop.moveTo(i);
                scope.set("loop", loop);
                target.bind(run, scope, items.get(i));
                if (run.within(scope, () -> body.execute(run)) == Flow.BREAK) {
                    return;
                }
            }
        }

        private Value recurse(Run run, Scope around, Value inner, int depth) {
            return run.callMacro(() -> run.capture(() -> run.within(around, () -> {
                execute(run, inner, depth);
                return Flow.NEXT;
            })));
        }

        private List<Value> filtered(Run run, List<Value> items) {
            List<Value> kept = new ArrayList<>(items.size());
            for (Value item : items) {
                run.step();
                Scope scope = run.scope().inner();
                target.bind(run, scope, item);
                if (run.within(scope, () -> Operations.truth(filter.evaluate(run)))) {
                    kept.add(item);
                }
            }
            return kept;
        }
    }
}
