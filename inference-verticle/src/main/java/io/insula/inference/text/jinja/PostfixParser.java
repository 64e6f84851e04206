package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Token.Kind;
import io.insula.inference.text.jinja.Value.Bool;
import io.insula.inference.text.jinja.Value.None;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses what follows a value: attributes, subscripts, calls, filters and tests. */
final class PostfixParser {

    private static final int MAX_CHAIN = 64;
    private static final Set<String> NO_TEST_ARGUMENT = Set.of("else", "or", "and", "if", "in", "is", "not");

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final PrimaryParser primaries;

    PostfixParser(TokenStream tokens, ExpressionParser expressions, PrimaryParser primaries) {
        this.tokens = tokens;
        this.expressions = expressions;
        this.primaries = primaries;
    }

    /** A call that stands in the source. */
    record Call(Token at, Expression function, ArgumentList arguments) {}

    /** Attributes, subscripts and calls, which bind closer than any operator. */
    Expression parsePostfix(Expression start) {
        Expression value = start;
        for (int links = 0; ; links++) {
            Token at = tokens.peek();
            checkChain(at, links);
            if (at.isOperator("(")) {
                value = call(new Call(at, value, parseArguments()));
            } else if (at.isOperator(".") || at.isOperator("[")) {
                value = parseElement(value);
            } else {
                return value;
            }
        }
    }

    /** A call that ends a tag. */
    Call parseCall() {
        Expression value = primaries.parsePrimary();
        for (int links = 0; ; links++) {
            Token at = tokens.peek();
            checkChain(at, links);
            if (at.isOperator("(")) {
                Call call = new Call(at, value, parseArguments());
                if (tokens.peek().kind() == Kind.BLOCK_END) {
                    return call;
                }
                value = call(call);
            } else if (at.isOperator(".") || at.isOperator("[")) {
                value = parseElement(value);
            } else {
                throw tokens.unexpected("a call");
            }
        }
    }

    private Expression parseElement(Expression value) {
        Token at = tokens.next();
        return at.isOperator(".") ? parseAttribute(at, value) : parseSubscript(at, value);
    }

    private void checkChain(Token at, int links) {
        if (links > MAX_CHAIN) {
            throw tokens.error(at, "more than " + MAX_CHAIN + " attributes, calls or filters in a row");
        }
    }

    private Expression parseAttribute(Token at, Expression value) {
        Token name = tokens.next();
        if (name.kind() == Kind.INTEGER) {
            Value index = primaries.number(name);
            return tokens.at(at, run -> Operations.item(value.evaluate(run), index));
        }
        if (name.kind() != Kind.NAME) {
            throw tokens.error(name, "unexpected '" + name.text() + "' (expected: an attribute's name)");
        }
        return tokens.at(at, run -> Operations.attribute(value.evaluate(run), name.text()));
    }

    private Expression parseSubscript(Token at, Expression value) {
        Expression none = run -> None.NONE;
        Expression start = tokens.peek().isOperator(":") ? none : expressions.parseTuple();
        if (tokens.skipOperator("]")) {
            return tokens.at(at, run -> Operations.item(value.evaluate(run), start.evaluate(run)));
        }
        tokens.expectOperator(":");
        Expression stop = tokens.peek().isOperator(":") || tokens.peek().isOperator("]") ? none : expressions.parse();
        Expression step = tokens.skipOperator(":") && !tokens.peek().isOperator("]") ? expressions.parse() : none;
        tokens.expectOperator("]");
        return tokens.at(
                at,
                run -> Operations.slice(
                        run, value.evaluate(run), start.evaluate(run), stop.evaluate(run), step.evaluate(run)));
    }

    private Expression call(Call call) {
        return tokens.at(call.at(), run -> {
            Value callee = call.function().evaluate(run);
            return tokens.call(call.at(), run, callee, call.arguments().evaluate(run));
        });
    }

    /** The arguments of a call, with their parentheses. */
    private ArgumentList parseArguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        Expression more = null;
        Expression others = null;
        while (!tokens.skipOperator(")")) {
            if (others == null && tokens.skipOperator("**")) {
                others = expressions.parse();
            } else if (more == null && tokens.skipOperator("*")) {
                more = expressions.parse();
            } else if (tokens.peek().kind() == Kind.NAME && tokens.peek(1).isOperator("=")) {
                String name = tokens.next().text();
                tokens.next();
                named.put(name, expressions.parse());
            } else if (named.isEmpty() && more == null && others == null) {
                positional.add(expressions.parse());
            } else {
                throw tokens.unexpected("an argument with a name");
            }
            if (!tokens.peek().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new ArgumentList(positional, named, more, others);
    }

    /** Filters and tests, which bind less close than a sign. */
    Expression parseFilters(Expression start) {
        Expression value = start;
        for (int links = 0; ; links++) {
            Token at = tokens.peek();
            checkChain(at, links);
            if (tokens.skipOperator("|")) {
                value = parseFilter(value);
            } else if (tokens.skipName("is")) {
                value = parseTest(value);
            } else if (at.isOperator("(")) {
                value = call(new Call(at, value, parseArguments()));
            } else {
                return value;
            }
        }
    }

    /** A filter's name and arguments, applied to a value. */
    Expression parseFilter(Expression value) {
        Token name = tokens.expect(Kind.NAME, "a filter's name");
        ArgumentList arguments = tokens.peek().isOperator("(") ? parseArguments() : ArgumentList.NONE;
        // One that does not exist is an error only where it is applied, as in Jinja: a branch may never be taken.
        return tokens.at(
                name, run -> Filters.require(name.text()).apply(run, value.evaluate(run), arguments.evaluate(run)));
    }

    private Expression parseTest(Expression value) {
        boolean negated = tokens.skipName("not");
        Token name = tokens.expect(Kind.NAME, "a test's name");
        ArgumentList arguments;
        if (tokens.peek().isOperator("(")) {
            arguments = parseArguments();
        } else if (beginsTestArgument(tokens.peek())) {
            arguments = ArgumentList.of(List.of(parsePostfix(primaries.parsePrimary())));
        } else {
            arguments = ArgumentList.NONE;
        }
        return tokens.at(name, run -> {
            Value tested = value.evaluate(run);
            run.charge(Value.weight(tested));
            return Bool.of(ValueTests.require(name.text()).holds(tested, arguments.evaluate(run)) != negated);
        });
    }

    private static boolean beginsTestArgument(Token token) {
        return switch (token.kind()) {
            case NAME -> !NO_TEST_ARGUMENT.contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            default -> false;
        };
    }
}
